import { HashingWriter } from '@waybill/common';
import type { Digest } from '@waybill/digest';

/** Hashes a content buffer by buffer, in the order of the calls, perhaps in a thread of its own. */
export interface StreamHasher {
  /** Buffers that are worth having: while one is filled, others are hashed or written. */
  readonly bufferCount: number;
  /** Memory that `update` can read. */
  allocate(sizeBytes: number): Uint8Array;
  /** Resolves when the bytes are hashed: until then they MUST be left alone. */
  update(bytes: Uint8Array): Promise<void>;
  /** To be called once, when each `update` has ended. */
  finish(): Promise<Digest>;
  /** Gives back what it holds, also while it hashes. May be called twice. */
  release(): void;
}

/** Hashes where it is called. */
export class InlineHasher implements StreamHasher {
  readonly bufferCount = 2;
  readonly #hashing = new HashingWriter();

  allocate(sizeBytes: number): Uint8Array {
    return Buffer.allocUnsafeSlow(sizeBytes);
  }

  update(bytes: Uint8Array): Promise<void> {
    this.#hashing.write(bytes);
    return Promise.resolve();
  }

  finish(): Promise<Digest> {
    return Promise.resolve(this.#hashing.finish().digest);
  }

  release(): void {
    // Holds nothing but memory.
  }
}
