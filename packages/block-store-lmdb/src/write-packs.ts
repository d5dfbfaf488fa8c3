import type { LmdbDatabase } from './lmdb-database.ts';
import { decodePlace, encodePlace, readWord, writeWord } from './pack-format.ts';
import type { PendingIndex } from './pending-index.ts';

/** Numbers of packs have 32 bits; 0 is not used. */
const MAX_NUMBER = 2 ** 32 - 1;

/** Appends packs within a transaction, one behind the other; gives the number of the first. */
export function appendPacks({ packs }: LmdbDatabase, contents: readonly Uint8Array[]): number {
  const [last = 0] = packs.getKeys({ reverse: true, limit: 1 });
  if (last + contents.length > MAX_NUMBER) throw new RangeError(`more than ${MAX_NUMBER} packs in one store`);
  for (const [at, content] of contents.entries()) packs.putSync(last + 1 + at, content, { append: true });
  return last + 1;
}

/** Says that the index does not know these packs yet. */
export function noteTail({ tail }: LmdbDatabase, first: number, last: number): void {
  const value = new Uint8Array(4);
  writeWord(value, 0, last);
  tail.putSync(first, value);
}

/** The packs that a broken import, or one that is under way, has left without an index: first and last of each commit. */
export function readTail({ tail }: LmdbDatabase): { first: number; last: number }[] {
  return [...tail.getKeys({})].map((first) => ({
    first,
    last: readWord(tail.getBinary(first) ?? new Uint8Array(4), 0),
  }));
}

export interface Indexed {
  /** Blocks that somebody else has put there in the meantime. */
  readonly existing: number;
  readonly existingBytes: number;
}

/**
 * Puts all that waits into the index, within a transaction, in the order of the keys: each page is visited once.
 * @param numbers Of the packs, which the entries count from 0.
 */
export function writeIndex({ index }: LmdbDatabase, pending: PendingIndex, numbers: readonly number[]): Indexed {
  let [existing, existingBytes] = [0, 0];
  const value = encodePlace({ pack: 0, offset: 0 });
  for (const at of pending.sorted()) {
    const { pack, offset, sizeBytes } = pending.entry(at);
    const place = { pack: numbers[pack] ?? 0, offset };
    const key = pending.key(at);
    if (index.putSync(key, encodePlace(place, value), { noOverwrite: true })) continue;
    // Another process may have found our packs without an index, and have made it.
    const found = decodePlace(index.getBinary(key) ?? value);
    if (found.pack === place.pack && found.offset === offset) continue;
    existing += 1;
    existingBytes += sizeBytes;
  }
  return { existing, existingBytes };
}
