import type { AbortOptions } from '@waybill/common';
import { assertInSource } from './assert-in-source.ts';
import type { ByteSource } from './byte-source.ts';
import { copyRange } from './copy-range.ts';

/** The content of a small file, in memory that goes back to where it came from when the source is closed. */
export class WholeFileSource implements ByteSource {
  readonly #file: string;
  readonly #giveBack: () => void;
  #bytes: Uint8Array;
  readonly sizeBytes: number;

  /** @param giveBack Called once: what was read is a copy, and nobody sees the bytes afterwards. */
  constructor(bytes: Uint8Array, file: string, giveBack: () => void) {
    this.#bytes = bytes;
    this.#file = file;
    this.#giveBack = giveBack;
    this.sizeBytes = bytes.length;
  }

  lend(offset: number, lengthBytes: number): Uint8Array {
    // After the end of its life there is nothing that it has.
    assertInSource(this.#file, this.#bytes.length, offset, lengthBytes);
    return this.#bytes.subarray(offset, offset + lengthBytes);
  }

  peek(offset: number, lengthBytes: number): Uint8Array {
    return copyRange(this.lend(offset, lengthBytes), 0, lengthBytes);
  }

  async read(offset: number, lengthBytes: number, { signal }: AbortOptions = {}): Promise<Uint8Array> {
    signal?.throwIfAborted();
    return Promise.resolve(this.peek(offset, lengthBytes));
  }

  readInto(buffer: Uint8Array, offset: number): void {
    buffer.set(this.lend(offset, buffer.length));
  }

  async window(offset: number, { signal }: AbortOptions = {}): Promise<Uint8Array> {
    signal?.throwIfAborted();
    return Promise.resolve(this.#bytes.subarray(offset));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#bytes.length > 0) this.#giveBack();
    this.#bytes = new Uint8Array(0);
    return Promise.resolve();
  }
}
