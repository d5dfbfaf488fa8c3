import { realpath } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { type AbortOptions, type Durability, writeUnhashed } from '@waybill/common';
import yazl from 'yazl';
import type { Cargo, ContentFacts, PackEntry, PackTarget, SendOptions, SentPack } from './pack-target.ts';
import { statsAt } from './stats-at.ts';
import { PackTargetInvalidError } from './target-errors.ts';
import { isWorthDeflating } from './worth-deflating.ts';

export interface ZipTargetInit {
  readonly path: string;
  /** Default `full`. */
  readonly durability?: Durability | undefined;
}

/** The first moment that a ZIP can tell: the same files give the same bytes. */
const EPOCH = new Date(1980, 0, 1);
/** A plain file that all may read, whatever the umask of this process. */
const MODE = 0o100644;
const LEVEL = 6;

/** A pack as one ZIP file, there as a whole or not at all. Larger than 4 GiB, it has what ZIP64 adds. */
export class ZipTarget implements PackTarget {
  readonly kind = 'zip';
  readonly name: string;
  readonly #durability: Durability;

  constructor({ path, durability = 'full' }: ZipTargetInit) {
    this.name = path;
    this.#durability = durability;
  }

  async prepare(entries: readonly PackEntry[]): Promise<void> {
    const stats = await statsAt(this.name);
    if (stats === undefined) return;
    if (!stats.isFile() && !stats.isSymbolicLink())
      throw new PackTargetInvalidError(this.name, 'there is a folder of that name');
    const path = join(await realpath(dirname(this.name)), basename(this.name));
    if (entries.some(({ source }) => source?.equals(Buffer.from(path)) === true))
      throw new PackTargetInvalidError(this.name, 'it is a file of the project itself');
  }

  async send(cargo: Cargo, { progress, signal }: SendOptions): Promise<SentPack> {
    const zip = new yazl.ZipFile();
    const stop = new AbortController();
    const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
    zip.on('error', (error: unknown) => stop.abort(error));
    const filling = fill(zip, cargo, { progress, signal: either }).catch((error: unknown) => stop.abort(error));
    const output = zip.outputStream as AsyncIterable<Uint8Array>;
    try {
      await writeUnhashed(this.name, output, { durability: this.#durability, createParents: true, signal: either });
    } finally {
      stop.abort();
      await filling;
    }
    return { location: this.name };
  }
}

type FillOptions = Pick<SendOptions, 'progress'> & AbortOptions;

/** One entry after the other: the order of a ZIP is that of its entries. */
async function fill(zip: yazl.ZipFile, { entries, closing }: Cargo, options: FillOptions): Promise<void> {
  for (const entry of entries) await add(zip, entry, options);
  for (const entry of await closing()) await add(zip, entry, options);
  zip.end();
}

async function add(zip: yazl.ZipFile, entry: PackEntry, { progress, signal }: FillOptions): Promise<void> {
  signal?.throwIfAborted();
  const compress = await isWorthDeflating(entry);
  const { promise, resolve, reject } = Promise.withResolvers<ContentFacts>();
  const stop = (): void => reject(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  const content = hashed(entry.open({ signal }), (bytes) => progress.bytesSent(bytes), resolve);
  const stream = Readable.from(content, { objectMode: false });
  stream.once('error', reject);
  const { sizeBytes } = entry;
  zip.addReadStream(stream, entry.place, {
    ...{ mtime: EPOCH, mode: MODE, forceDosTimestamp: true, compressionLevel: compress ? LEVEL : 0 },
    ...(sizeBytes !== undefined && { size: sizeBytes }),
  });
  try {
    progress.entryDone(entry, 'sent', await promise);
  } catch (error) {
    // Nobody reads it to its end: the file behind it has to be closed.
    stream.destroy();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

async function* hashed(
  pieces: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void,
  onEnd: (facts: ContentFacts) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const piece of pieces) {
    hash.update(piece);
    sizeBytes += piece.length;
    yield piece;
    onBytes(piece.length);
  }
  onEnd({ sizeBytes, sha256: hash.digest('hex') });
}
