import type { LmdbDatabase } from './lmdb-database.ts';

/** One block on its way into the database. */
export interface PendingBlock {
  /** The multihash of its CID. */
  readonly key: Uint8Array;
  readonly data: Uint8Array;
}

export interface WrittenBatch {
  readonly stored: number;
  readonly storedBytes: number;
}

/** Numbers of blocks have 32 bits; 0 is not used. */
const MAX_NUMBER = 2 ** 32 - 1;

/**
 * Writes a batch in one commit. The index gets its keys in their own order, so that each of its pages is visited once; contents
 * are appended in the order in which they came, which fills their pages and keeps neighbours together.
 */
export function writeBatch(database: LmdbDatabase, batch: readonly PendingBlock[]): WrittenBatch {
  const order = sortedByDigest(batch);
  return database.write(() => {
    const { index, blocks } = database;
    const [last = 0] = blocks.getKeys({ reverse: true, limit: 1 });
    if (last + batch.length > MAX_NUMBER) throw new RangeError(`more than ${MAX_NUMBER} blocks in one store`);
    const isNew = new Uint8Array(batch.length);
    const number = Buffer.alloc(4);
    for (const at of order) {
      number.writeUInt32BE(last + 1 + at);
      isNew[at] = index.putSync((batch[at] as PendingBlock).key, number, { noOverwrite: true }) ? 1 : 0;
    }
    const written = { stored: 0, storedBytes: 0 };
    for (const [at, { data }] of batch.entries()) {
      if (isNew[at] === 0) continue;
      blocks.putSync(last + 1 + at, data, { append: true });
      written.stored += 1;
      written.storedBytes += data.length;
    }
    return written;
  });
}

/** Places in the batch, by the first 6 bytes of the digests: near enough to the order of LMDB, and compared as numbers. */
function sortedByDigest(batch: readonly PendingBlock[]): Uint32Array {
  const weights = Float64Array.from(batch, ({ key }) => weightOf(key));
  return Uint32Array.from(batch, (_, at) => at).sort(
    (one, other) => (weights[one] as number) - (weights[other] as number),
  );
}

function weightOf(key: Uint8Array): number {
  let weight = 0;
  // The code and the length of the hash stand in front of the digest; they are the same for nearly all.
  const start = Math.min(PREFIX_BYTES, key.length);
  for (let at = start; at < start + 6; at += 1) weight = weight * 256 + (key[at] ?? 0);
  return weight;
}

/** blake2b-256 as a varint, and the length. */
const PREFIX_BYTES = 3 + 1;
