import { Readable } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import type { AbortOptions } from '@waybill/common';
import { CarCompressionInvalidError } from '../errors.ts';

const PIECE_BYTES = 256 * 1024;

/** A zstd frame, and one that readers skip: `28 b5 2f fd` and `5x 2a 4d 18`. */
export function isZstd(head: Uint8Array): boolean {
  const [first = 0, second, third, fourth] = head;
  if (first === 0x28) return second === 0xb5 && third === 0x2f && fourth === 0xfd;
  return first >> 4 === 5 && second === 0x2a && third === 0x4d && fourth === 0x18;
}

/**
 * The content of zstd data, all frames of it, in pieces.
 * @throws CarCompressionInvalidError, also where something follows that is no zstd; what `stored` throws.
 */
export async function* zstdPieces(
  stored: AsyncIterable<Uint8Array>,
  file: string,
  { signal }: AbortOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const unpacker = createZstdDecompress({ chunkSize: PIECE_BYTES });
  const fed = { bytes: 0 };
  const source = Readable.from(copies(stored, fed), { objectMode: true, highWaterMark: 1 });
  // What `stored` throws is no fault of the data: told apart by coming from the source.
  let sourceError: Error | undefined;
  source.once('error', (error: Error) => {
    sourceError = error;
    unpacker.destroy(error);
  });
  try {
    for await (const piece of source.pipe(unpacker)) {
      signal?.throwIfAborted();
      yield piece as Uint8Array;
    }
    // It ends without a word where a frame is followed by what is none. Half of a snapshot is a snapshot, too.
    if (unpacker.bytesWritten < fed.bytes)
      throw new CarCompressionInvalidError(unpacker.bytesWritten, 'here begins no zstd frame').locate(file, 0);
  } catch (error) {
    signal?.throwIfAborted();
    if (error === sourceError || !isZstdError(error)) throw error;
    throw new CarCompressionInvalidError(unpacker.bytesWritten, 'the zstd data is broken', error).locate(file, 0);
  } finally {
    source.destroy();
    unpacker.destroy();
  }
}

/** zlib names its errors `ZSTD_error_…`, and `Z_BUF_ERROR` for data that ends too early. */
function isZstdError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^Z(STD)?_/.test(String(error.code));
}

/** The stream reads ahead, and whoever gives pieces may use their memory again. */
async function* copies(
  pieces: AsyncIterable<Uint8Array>,
  fed: { bytes: number },
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of pieces) {
    fed.bytes += piece.length;
    yield new Uint8Array(piece);
  }
}
