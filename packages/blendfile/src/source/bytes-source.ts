import { setImmediate } from 'node:timers/promises';
import type { AbortOptions } from '@waybill/common';
import { assertInSource } from './assert-in-source.ts';
import type { ByteSource } from './byte-source.ts';

/** A few milliseconds of work for whoever reads it: afterwards others have their turn, so that an abort is heeded. */
const WINDOW_BYTES = 4 * 1024 * 1024;

/** Bytes in memory. They MUST not be changed while the source is in use. */
export class BytesSource implements ByteSource {
  readonly #bytes: Uint8Array;
  readonly #file: string;
  readonly sizeBytes: number;

  constructor(bytes: Uint8Array, file: string) {
    this.#bytes = bytes;
    this.#file = file;
    this.sizeBytes = bytes.length;
  }

  lend(offset: number, lengthBytes: number): Uint8Array {
    assertInSource(this.#file, this.sizeBytes, offset, lengthBytes);
    return this.#bytes.subarray(offset, offset + lengthBytes);
  }

  peek(offset: number, lengthBytes: number): Uint8Array {
    return this.lend(offset, lengthBytes);
  }

  async read(offset: number, lengthBytes: number, { signal }: AbortOptions = {}): Promise<Uint8Array> {
    signal?.throwIfAborted();
    return Promise.resolve(this.peek(offset, lengthBytes));
  }

  readInto(buffer: Uint8Array, offset: number): void {
    buffer.set(this.lend(offset, buffer.length));
  }

  async window(offset: number, { signal }: AbortOptions = {}): Promise<Uint8Array> {
    if (offset >= WINDOW_BYTES) await setImmediate();
    signal?.throwIfAborted();
    return this.#bytes.subarray(offset, offset + WINDOW_BYTES);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
