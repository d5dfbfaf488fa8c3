import { join } from 'node:path';
import { type Durability, ensureDirectory, GroupWriter, sweepTempFiles, writeUnhashed } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import { runParallel } from '../execute/run-parallel.ts';
import { hasRawBytes, placeBytes, type PlaceNames } from '../plan/place-bytes.ts';
import type { Cargo, PackEntry, PackTarget, SendOptions, SentPack } from './pack-target.ts';
import { putByteNamed } from './put-byte-named.ts';
import { assertNoSourceThere } from './source-check.ts';
import { statsAt } from './stats-at.ts';
import { PackTargetInvalidError } from './target-errors.ts';

export interface FolderTargetInit {
  readonly path: string;
  /** Default `full`. */
  readonly durability?: Durability | undefined;
}

/** A file of up to this is read as a whole and written in a group with others. */
const SMALL_BYTES = 128 * 1024;
/** Small files under way at a time: their syncs are shared, so that more of them cost less each. */
const SMALL_AT_A_TIME = 32;

/** On Windows and macOS names are texts. */
const NAMES: PlaceNames = ['win32', 'darwin'].includes(process.platform) ? 'utf8' : 'bytes';

/** A pack as a folder: each file is there as a whole or not at all, and the manifest, which comes last, says that all are. */
export class FolderTarget implements PackTarget {
  readonly kind = 'folder';
  readonly names = NAMES;
  readonly name: string;
  readonly #durability: Durability;

  constructor({ path, durability = 'full' }: FolderTargetInit) {
    this.name = path;
    this.#durability = durability;
  }

  async prepare(entries: readonly PackEntry[], options: AbortOptions = {}): Promise<void> {
    const stats = await statsAt(this.name);
    if (stats !== undefined && !stats.isDirectory() && !stats.isSymbolicLink())
      throw new PackTargetInvalidError(this.name, 'there is a file of that name');
    if (stats === undefined) return;
    await assertNoSourceThere(entries, { ...options, name: this.name, pathOf: (place) => this.#bytesOf(place) });
  }

  async send({ entries, closing }: Cargo, { concurrency, progress, signal }: SendOptions): Promise<SentPack> {
    await ensureDirectory(this.name, { durability: this.#durability, signal });
    await sweepTempFiles(this.name, { recursive: true });
    await using group = new GroupWriter({ durability: this.#durability });
    const isSmall = ({ sizeBytes = Infinity, place }: PackEntry): boolean =>
      sizeBytes <= SMALL_BYTES && !hasRawBytes(place);
    const write = async (entry: PackEntry, signal: AbortSignal): Promise<void> => {
      const sizeBytes = isSmall(entry)
        ? await this.#writeSmall(entry, group, signal)
        : await this.#writeLarge(entry, { progress, signal });
      progress.entryDone(entry, 'sent', { sizeBytes });
    };
    const writeAll = (some: readonly PackEntry[], many: number): Promise<void> =>
      runParallel(some, { concurrency: many, signal }, async (entry, either) => {
        await write(entry, either);
        if (isSmall(entry)) progress.bytesSent(entry.sizeBytes ?? 0);
      });
    await writeAll(
      entries.filter((entry) => !isSmall(entry)),
      concurrency,
    );
    await writeAll(entries.filter(isSmall), Math.max(concurrency, SMALL_AT_A_TIME));
    await writeAll(await closing(), 1);
    return { location: this.name };
  }

  async #writeSmall(entry: PackEntry, group: GroupWriter, signal: AbortSignal): Promise<number> {
    const pieces: Uint8Array[] = [];
    for await (const piece of entry.open({ signal })) pieces.push(piece);
    const { sizeBytes } = await group.write(this.#pathOf(entry.place), Buffer.concat(pieces), {
      expected: { sizeBytes: entry.sizeBytes },
      signal,
    });
    return sizeBytes;
  }

  async #writeLarge(entry: PackEntry, { progress, signal }: Pick<SendOptions, 'progress' | 'signal'>): Promise<number> {
    const { place, sizeBytes } = entry;
    const content = counted(entry.open({ reuse: true, signal }), (bytes) => progress.bytesSent(bytes));
    const options = { expectedBytes: sizeBytes, createParents: true, signal };
    const durability = this.#durability;
    if (!hasRawBytes(place)) return await writeUnhashed(this.#pathOf(place), content, { ...options, durability });
    const init = { folder: this.name, place, durability, signal };
    const contentDurability = durability === 'none' ? durability : 'file';
    return await putByteNamed(init, (path) =>
      writeUnhashed(path, content, { ...options, durability: contentDurability }),
    );
  }

  #pathOf(place: string): string {
    return join(this.name, ...place.split('/'));
  }

  #bytesOf(place: string): string | Buffer {
    return hasRawBytes(place) ? Buffer.concat([Buffer.from(`${this.name}/`), placeBytes(place)]) : this.#pathOf(place);
  }
}

async function* counted(
  pieces: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of pieces) {
    yield piece;
    onBytes(piece.length);
  }
}
