import type { AbortOptions } from '@waybill/common';
import type { DigestCache } from '../cache/digest-cache.ts';
import type { FilePath } from '../paths/file-path.ts';
import type { PlannedFile } from '../plan/pack-plan.ts';
import type { HashedFacts, OpenEntryOptions, PackEntry } from '../targets/pack-target.ts';
import { computeDigest } from './compute-digest.ts';
import { readSource } from './read-source.ts';

/** Large enough that calls do not count, small enough to stay in the processor's cache. */
const COPY_BYTES = 1024 * 1024;

/** A file that is packed as it is. */
export class FileEntry implements PackEntry {
  readonly place: string;
  readonly source: FilePath;
  readonly sizeBytes: number;
  readonly #file: PlannedFile;
  readonly #cache: DigestCache;

  constructor(file: PlannedFile, cache: DigestCache) {
    this.place = file.place;
    this.source = file.source;
    this.sizeBytes = file.sizeBytes;
    this.#file = file;
    this.#cache = cache;
  }

  async digest({ signal }: AbortOptions = {}): Promise<HashedFacts> {
    const { identity } = this.#file;
    const init = { key: identity, identity, cache: this.#cache };
    return await computeDigest(init, () => this.open({ reuse: true, signal }));
  }

  open({ start, reuse = false, signal }: OpenEntryOptions = {}): AsyncIterable<Uint8Array> {
    const buffer = reuse ? Buffer.allocUnsafeSlow(Math.min(this.sizeBytes, COPY_BYTES) || 1) : undefined;
    return readSource(this.#file, { start, buffer, signal });
  }
}
