import { Readable } from 'node:stream';
import { isChatName, tryParseSegmentName } from '@waybill/segments';
import type { FastifyReply, FastifyRequest } from 'fastify';
import parseRange from 'range-parser';
import type { OpenedContent } from '../archive/archive.ts';
import { contentTypeOf, isActiveContent } from './content-type.ts';
import { isUnmodifiedSince, matchesEtag, matchesIfRange } from './etag.ts';

/** A year: content of a name that holds its digest never changes. Not `public`: where a token is needed, shared caches stay out. */
const IMMUTABLE = 'max-age=31536000, immutable';

/** Bytes of one answer; `end` is exclusive. */
interface ByteRange {
  start: number;
  end: number;
}

/**
 * Answers GET and HEAD with a file: whole, one range of it, 304 or 416 (RFC 9110 sections 13 and 14). Content that is
 * here at once leaves with the head in one write.
 */
export async function sendContent(
  request: FastifyRequest,
  reply: FastifyReply,
  name: string,
  content: OpenedContent,
): Promise<FastifyReply> {
  const { 'if-none-match': ifNoneMatch, 'if-modified-since': ifModifiedSince } = request.headers;
  const tag = etagOf(name, content);
  describe(reply, name, tag, content);
  const unmodified =
    ifNoneMatch === undefined ? isUnmodifiedSince(ifModifiedSince, content.modifiedMs) : matchesEtag(ifNoneMatch, tag);
  if (unmodified) {
    await content.close();
    return reply.code(304).send();
  }
  const range = rangeOf(request, tag, content);
  if (range === 'unsatisfiable') {
    await content.close();
    return reply.code(416).header('content-range', `bytes */${content.sizeBytes.toString()}`).send();
  }
  return sendRange(request, reply, content, range);
}

async function sendRange(
  request: FastifyRequest,
  reply: FastifyReply,
  content: OpenedContent,
  range: ByteRange | undefined,
): Promise<FastifyReply> {
  const { sizeBytes } = content;
  const { start, end } = range ?? { start: 0, end: sizeBytes };
  if (range !== undefined)
    reply
      .code(206)
      .header('content-range', `bytes ${start.toString()}-${(end - 1).toString()}/${sizeBytes.toString()}`);
  reply.header('content-length', end - start);
  if (request.method === 'HEAD') {
    await content.close();
    return reply.send();
  }
  if (content.bytes !== undefined)
    return reply.send(Buffer.from(content.bytes.buffer, content.bytes.byteOffset + start, end - start));
  return reply.send(Readable.from(content.stream({ start, end }), { objectMode: false, highWaterMark: 1 }));
}

function describe(reply: FastifyReply, name: string, tag: string, { modifiedMs }: OpenedContent): void {
  reply.header('etag', tag);
  reply.header('last-modified', new Date(modifiedMs).toUTCString());
  reply.header('cache-control', isHashed(name) ? IMMUTABLE : 'no-cache');
  reply.header('accept-ranges', 'bytes');
  reply.type(contentTypeOf(name));
  if (isActiveContent(name)) reply.header('content-security-policy', 'sandbox allow-scripts');
  reply.header('x-content-type-options', 'nosniff');
}

/** With the size, so that a file that was cut short by a crash is not taken for the whole one that replaces it. */
function etagOf(name: string, { sizeBytes, modifiedMs }: OpenedContent): string {
  const state = isHashed(name) ? hashTextOf(name) : Math.floor(modifiedMs * 1000).toString(36);
  return `"${state}-${sizeBytes.toString(36)}"`;
}

function isHashed(name: string): boolean {
  const segment = tryParseSegmentName(name);
  return segment === undefined ? isChatName(name) : segment.type !== 'temp';
}

/** The last 43 characters of the base name. */
function hashTextOf(name: string): string {
  return name.slice(0, name.lastIndexOf('.')).slice(-43);
}

/** Undefined: the whole. Several ranges are answered with the whole, as RFC 9110 section 14.2 allows. */
function rangeOf(
  { headers }: FastifyRequest,
  tag: string,
  { sizeBytes, modifiedMs }: OpenedContent,
): ByteRange | 'unsatisfiable' | undefined {
  const { range, 'if-range': ifRange } = headers;
  if (range === undefined || !matchesIfRange(typeof ifRange === 'string' ? ifRange : undefined, tag, modifiedMs))
    return undefined;
  const ranges = parseRange(sizeBytes, range, { combine: true });
  if (ranges === -1) return 'unsatisfiable';
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return undefined;
  const [{ start, end } = { start: 0, end: sizeBytes - 1 }] = ranges;
  return { start, end: end + 1 };
}
