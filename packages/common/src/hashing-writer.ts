import { createHash } from 'node:crypto';
import type { Digest } from '@waybill/digest';

/** What went through, in full: its length and its SHA-256. */
export interface ContentSummary {
  sizeBytes: number;
  digest: Digest;
}

/** Counts and hashes what goes through. For content that is in memory as a whole, `sha256` of `@waybill/digest` is quicker. */
export class HashingWriter {
  readonly #hash = createHash('sha256');
  #sizeBytes = 0;

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  write(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#sizeBytes += bytes.length;
  }

  /** Passes `source` on unchanged, and takes note of it. */
  async *through(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const bytes of source) {
      this.write(bytes);
      yield bytes;
    }
  }

  /** To be called once, after the last byte. */
  finish(): ContentSummary {
    return { sizeBytes: this.#sizeBytes, digest: { algorithm: 'sha256', bytes: new Uint8Array(this.#hash.digest()) } };
  }
}
