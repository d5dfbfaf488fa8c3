import { types } from 'node:util';
import { Readable } from 'node:stream';
import type { BlobContent, BlobKey, BlobStore } from '@waybill/blob-store';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseByteRange } from './byte-range.ts';
import type { ByteRange } from './byte-range.ts';
import { etagOf, matchesEtag } from './etag.ts';

/** A year: content of a name that is its digest never changes. Not `public`: where a token is needed, shared caches stay out. */
const IMMUTABLE = 'max-age=31536000, immutable';

/** Headers that differ between the protocols. */
export interface BlobHeaders {
  readonly type: string;
  /** As it stands in the header. Default: the strong tag. */
  readonly etag?: string | undefined;
}

/**
 * Answers GET and HEAD with a file: whole, one range of it, 304 or 416 (RFC 9110 sections 13 and 14).
 * @throws BlobMissingError; BlobCorruptError.
 */
export async function sendBlob(
  { request, reply, key }: { request: FastifyRequest; reply: FastifyReply; key: BlobKey },
  store: BlobStore,
  { type, etag = etagOf(key) }: BlobHeaders,
): Promise<FastifyReply> {
  const { 'if-none-match': ifNoneMatch, range: rangeHeader, 'if-range': ifRange } = request.headers;
  // An error is JSON or text: what describes a file is said only when it is known to be there.
  const content = await store.get(key, { start: 0, end: 0 });
  await content.discard();
  reply.type(type).headers({ etag, 'accept-ranges': 'bytes', 'cache-control': IMMUTABLE });
  reply.header('x-content-type-options', 'nosniff');
  if (matchesEtag(ifNoneMatch, etagOf(key))) return reply.code(304).send();
  const isSame = ifRange === undefined || ifRange === etagOf(key) || ifRange === etag;
  const range = isSame ? parseByteRange(rangeHeader, key.sizeBytes) : undefined;
  if (range === 'unsatisfiable')
    return reply.code(416).header('content-range', `bytes */${key.sizeBytes}`).type('text/plain').send();
  return await sendRange(request, reply, key, store, range);
}

async function sendRange(
  request: FastifyRequest,
  reply: FastifyReply,
  key: BlobKey,
  store: BlobStore,
  range: ByteRange | undefined,
): Promise<FastifyReply> {
  const { start, end } = range ?? { start: 0, end: key.sizeBytes };
  if (range !== undefined) reply.code(206).header('content-range', `bytes ${start}-${end - 1}/${key.sizeBytes}`);
  reply.header('content-length', end - start);
  if (request.method === 'HEAD') return reply.send();
  return reply.send(streamOf(await store.get(key, { start, end })));
}

/** A stream that breaks off breaks the connection off: fewer bytes than announced are never taken for the whole. */
function streamOf(content: BlobContent): Buffer | Readable {
  const { body } = content;
  if (types.isUint8Array(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const stream = Readable.from(body, { objectMode: false, highWaterMark: 1 });
  stream.once('close', () => void content.discard());
  return stream;
}
