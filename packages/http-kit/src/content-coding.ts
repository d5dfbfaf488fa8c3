import { Readable } from 'node:stream';
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import type { ZlibOptions } from 'node:zlib';
import type { ResponseHeaders } from './exchange.ts';
import { ResponseInvalidError, ResponseTooLargeError, ResponseTruncatedError } from './http-errors.ts';

export type Coding = 'gzip' | 'deflate' | 'br';

type Decode = (
  bytes: Uint8Array,
  options: ZlibOptions,
  done: (error: NodeJS.ErrnoException | null, decoded: Uint8Array) => void,
) => void;

const CODINGS: ReadonlyMap<string, Coding> = new Map([
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['br', 'br'],
]);

/** What a body must be decoded from (RFC 9110 section 8.4.1). Throws ResponseInvalidError for what we do not know. */
export function codingOf(headers: ResponseHeaders, url: string): Coding | undefined {
  const header = headers['content-encoding'];
  if (header === undefined) return undefined;
  const name = String(header).trim().toLowerCase();
  if (name === '' || name === 'identity') return undefined;
  const coding = CODINGS.get(name);
  if (coding === undefined) throw new ResponseInvalidError({ url, problem: 'an unknown or repeated content coding' });
  return coding;
}

/** Decodes a whole body. Never makes more than `maxBytes`: throws ResponseTooLargeError at the first byte more. */
export async function decodeBytes(
  bytes: Uint8Array,
  coding: Coding,
  maxBytes: number,
  url: string,
): Promise<Uint8Array> {
  const decodings: Record<Coding, Decode> = {
    gzip: gunzip,
    br: brotliDecompress,
    deflate: isZlib(bytes) ? inflate : inflateRaw,
  };
  return new Promise((resolve, reject) => {
    decodings[coding](bytes, { maxOutputLength: Math.max(1, maxBytes) }, (error, decoded) => {
      if (error !== null) reject(decodingError(error, bytes.byteLength, maxBytes, url));
      else if (decoded.byteLength > maxBytes) reject(new ResponseTooLargeError({ url, limitBytes: maxBytes }));
      else resolve(decoded);
    });
  });
}

/** Decodes chunk by chunk; the reader bounds the total. */
export async function* decodeStream(
  source: AsyncIterable<Uint8Array>,
  coding: Coding,
  url: string,
): AsyncGenerator<Uint8Array, void, void> {
  let receivedBytes = 0;
  const counted = (async function* () {
    for await (const chunk of source) {
      receivedBytes += chunk.byteLength;
      yield chunk;
    }
  })();
  const { first, rest } = await withFirst(counted);
  if (first === undefined) return;
  const transform = decoderFor(coding, first);
  const fed = pipeline(Readable.from(rest, { objectMode: true }), transform).catch(seenByTheReader);
  try {
    for await (const chunk of transform) yield chunk as Uint8Array;
  } catch (error) {
    throw isZlibError(error) ? decodingError(error, receivedBytes, Infinity, url) : error;
  } finally {
    transform.destroy();
    await fed;
  }
}

function decoderFor(coding: Coding, first: Uint8Array): Transform {
  if (coding === 'gzip') return createGunzip();
  if (coding === 'br') return createBrotliDecompress();
  return isZlib(first) ? createInflate() : createInflateRaw();
}

/** `deflate` should be zlib format, but some servers send raw deflate (RFC 9110 section 8.4.1.2, note). */
function isZlib(bytes: Uint8Array): boolean {
  return ((bytes[0] ?? 0) & 0x0f) === 0x08;
}

interface Peeked {
  /** Undefined where there is nothing at all. */
  first: Uint8Array | undefined;
  /** Everything, `first` included. */
  rest: AsyncIterable<Uint8Array>;
}

async function withFirst(source: AsyncGenerator<Uint8Array>): Promise<Peeked> {
  const next = await source.next();
  const first = next.done === true ? undefined : next.value;
  async function* rest(): AsyncGenerator<Uint8Array> {
    try {
      if (first !== undefined) yield first;
      yield* source;
    } finally {
      await source.return(undefined);
    }
  }
  return { first, rest: rest() };
}

function isZlibError(error: unknown): error is NodeJS.ErrnoException {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? '';
  return (
    code.startsWith('Z_') ||
    code.startsWith('ERR_BROTLI') ||
    code.startsWith('ERR__ERROR_') ||
    code === 'ERR_BUFFER_TOO_LARGE'
  );
}

function decodingError(cause: NodeJS.ErrnoException, receivedBytes: number, limitBytes: number, url: string): Error {
  if (cause.code === 'ERR_BUFFER_TOO_LARGE') return new ResponseTooLargeError({ url, limitBytes });
  if (cause.code === 'Z_BUF_ERROR') {
    return new ResponseTruncatedError({ url, expectedBytes: undefined, receivedBytes, cause });
  }
  return new ResponseInvalidError({ url, problem: 'its content coding is corrupt', cause });
}

function seenByTheReader(): void {
  // The same error comes out of the transform, where it is thrown to the reader.
}
