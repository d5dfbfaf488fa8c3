import type { AbortOptions } from '@waybill/common';

/** Bytes that can be read from anywhere: a file, memory, or the content of a compressed file. */
export interface ByteSource extends AsyncDisposable {
  readonly sizeBytes: number;
  /** The bytes themselves, without a copy, if they are in memory: for whoever is done with them before it waits for anything. */
  lend(offset: number, lengthBytes: number): Uint8Array | undefined;
  /** What {@link read} gives, if it is in memory; `undefined` otherwise. */
  peek(offset: number, lengthBytes: number): Uint8Array | undefined;
  /**
   * The bytes, which MUST not be changed: they may be the caller's own, where the source is memory, but never are part
   * of a cache.
   * @throws BlendFileTruncatedError when the source ends before; BlendCompressionInvalidError; system errors as they are
   */
  read(offset: number, lengthBytes: number, options?: AbortOptions): Promise<Uint8Array>;
  /** Fills a buffer that is used again and again, where copies would pile up. Blocks: for pieces of a few MiB. @throws as {@link read} */
  readInto(buffer: Uint8Array, offset: number): void;
  /**
   * One or more bytes from `offset` on, as many as come cheaply, for reading in rising order; none at the end.
   * Only valid until the next call: the memory may be used again.
   */
  window(offset: number, options?: AbortOptions): Promise<Uint8Array>;
}
