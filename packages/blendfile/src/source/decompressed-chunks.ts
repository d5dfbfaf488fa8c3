import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { AbortOptions } from '@waybill/common';
import { BlendCompressionInvalidError, BlendFileTruncatedError } from '../errors.ts';
import type { ByteSource } from './byte-source.ts';
import { storedChunks } from './stored-chunks.ts';

const OUTPUT_BYTES = 256 * 1024;

/**
 * The content of a gzip or zstd file from its start to its end, whatever it was made with: any number of members or frames.
 * @throws BlendCompressionInvalidError with the offset in the compressed file; BlendFileTruncatedError
 */
export async function* decompressedChunks(
  stored: ByteSource,
  compression: 'gzip' | 'zstd',
  file: string,
  options: AbortOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const settings = { chunkSize: OUTPUT_BYTES };
  const decoder = compression === 'gzip' ? createGunzip(settings) : createZstdDecompress(settings);
  const input = Readable.from(storedChunks(stored, 0, stored.sizeBytes, options), { objectMode: false });
  input.once('error', (error) => decoder.destroy(error));
  input.pipe(decoder);
  try {
    yield* decoder as AsyncIterable<Uint8Array>;
  } catch (error) {
    options.signal?.throwIfAborted();
    throw asCompressionError(error, file, decoder.bytesWritten);
  } finally {
    input.destroy();
    decoder.destroy();
  }
}

/** Errors of zlib have a number of its own; everything else is not the content's fault. */
function asCompressionError(error: unknown, file: string, offset: number): unknown {
  if (!(error instanceof Error) || !('errno' in error) || !('code' in error)) return error;
  if (/^unexpected end of file$/i.test(error.message)) {
    return new BlendFileTruncatedError({ file, offset }, 'the compressed data', 1, 0);
  }
  if (!/^(Z_|ZSTD_|ERR_)/.test(String(error.code))) return error;
  return new BlendCompressionInvalidError({ file, offset }, `the compressed data is broken: ${error.message}`, error);
}
