import type { AbortOptions } from '@waybill/common';
import type { ByteSource } from './byte-source.ts';

export const CHUNK_BYTES = 256 * 1024;

export interface ChunkOptions extends AbortOptions {
  /** All pieces are put in here, one after the other: for a receiver that is done with one when it asks for the next. */
  buffer?: Uint8Array;
}

/** A range of a source in order, in pieces that their receiver may keep, unless it gave a buffer for them. */
export async function* storedChunks(
  source: ByteSource,
  start: number,
  end: number,
  { buffer, ...options }: ChunkOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const most = buffer?.length ?? CHUNK_BYTES;
  for (let at = start; at < end; at += most) {
    const length = Math.min(most, end - at);
    if (buffer === undefined) yield await source.read(at, length, options);
    else {
      options.signal?.throwIfAborted();
      const piece = buffer.subarray(0, length);
      source.readInto(piece, at);
      yield piece;
    }
  }
}
