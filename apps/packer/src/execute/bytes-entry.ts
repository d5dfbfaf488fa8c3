import { createHash } from 'node:crypto';
import type { HashedFacts, OpenEntryOptions, PackEntry } from '../targets/pack-target.ts';

/** A small file that is made here. */
export class BytesEntry implements PackEntry {
  readonly place: string;
  readonly source = undefined;
  readonly sizeBytes: number;
  readonly #bytes: Uint8Array;

  constructor(place: string, bytes: Uint8Array) {
    this.place = place;
    this.sizeBytes = bytes.length;
    this.#bytes = bytes;
  }

  digest(): Promise<HashedFacts> {
    const sha256 = createHash('sha256').update(this.#bytes).digest('hex');
    return Promise.resolve({ sizeBytes: this.sizeBytes, sha256 });
  }

  async *open({ start = 0 }: OpenEntryOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    yield await Promise.resolve(this.#bytes.subarray(start));
  }
}
