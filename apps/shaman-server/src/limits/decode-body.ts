import type { IncomingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { BodyTooLargeError, ContentCodingInvalidError, ContentCodingUnknownError } from './limit-errors.ts';

export type BodyCoding = 'gzip' | 'zstd';

const CODINGS: ReadonlyMap<string, BodyCoding | undefined> = new Map([
  ['', undefined],
  ['identity', undefined],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['zstd', 'zstd'],
]);

/** What a body must be decoded from; undefined: it is as it is. Throws ContentCodingUnknownError. */
export function codingOf(headers: IncomingHttpHeaders): BodyCoding | undefined {
  const name = (headers['content-encoding'] ?? '').trim().toLowerCase();
  if (!CODINGS.has(name)) throw new ContentCodingUnknownError(name);
  return CODINGS.get(name);
}

/**
 * Decodes chunk by chunk, each of at most 64 KiB, so that whoever reads can stop a decompression bomb at any length. At most
 * what the decoded size can honestly need is taken in: a stream that decodes to nothing ends as well.
 * @throws ContentCodingInvalidError; BodyTooLargeError; what the source throws.
 */
export async function* decodeBody(
  source: AsyncIterable<Uint8Array>,
  coding: BodyCoding,
  decodedBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoded = bounded(source[Symbol.asyncIterator](), maxEncodedBytes(decodedBytes));
  const decoder = createDecoder(coding);
  const fed = pipeline(encoded, decoder).catch(seenByTheReader);
  try {
    for await (const chunk of decoder as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    throw isDecoderError(error) ? new ContentCodingInvalidError(coding, error) : error;
  } finally {
    decoder.destroy();
    await encoded.return();
    await fed;
  }
}

function createDecoder(coding: BodyCoding): Duplex {
  return coding === 'gzip' ? createGunzip({ chunkSize: 64 * 1024 }) : createZstdDecompress({ chunkSize: 64 * 1024 });
}

/** Content that cannot be compressed grows by less than a thousandth, in blocks and frames with a head each. */
function maxEncodedBytes(decodedBytes: number): number {
  return decodedBytes + Math.ceil(decodedBytes / 16) + 64 * 1024;
}

interface BoundedSource extends AsyncIterable<Uint8Array> {
  /** Ends the source at once, also while a chunk of it is waited for: an async generator would wait for that chunk. */
  return(): Promise<unknown>;
}

function bounded(source: AsyncIterator<Uint8Array>, limitBytes: number): BoundedSource {
  let sizeBytes = 0;
  const end = (): Promise<IteratorResult<Uint8Array>> =>
    Promise.resolve(source.return?.()).then(() => ({ done: true, value: undefined }));
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    const result = await source.next();
    if (result.done === true) return result;
    sizeBytes += result.value.byteLength;
    if (sizeBytes > limitBytes) throw new BodyTooLargeError('the encoded body', limitBytes);
    return result;
  };
  return { [Symbol.asyncIterator]: () => ({ next, return: end }), return: end };
}

/** zlib's and zstd's own codes; a stream that ends too early has one of them too. */
function isDecoderError(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && (code.startsWith('Z_') || code.startsWith('ZSTD_') || code.startsWith('ERR_ZSTD'));
}

function seenByTheReader(): void {
  // The same error comes out of the decoder, where it is thrown to the reader.
}
