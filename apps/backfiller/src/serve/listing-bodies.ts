import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { listingDigest } from '@waybill/segments';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SizedCache } from '../archive/sized-cache.ts';
import { matchesEtag } from './etag.ts';

/** One listing as it leaves, kept as bytes: 1,800 names take 60 µs to be written as JSON, and 2 ms to be compressed. */
interface ListingBody {
  readonly plain: Buffer;
  compressed: Promise<Buffer> | undefined;
}

/** Bodies of the hours that peers ask for again and again: about 120 hours of 1,800 names. */
const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;
/** Below one packet there is nothing to gain. */
const MIN_COMPRESSED_BYTES = 1400;

const gzipAsync = promisify(gzip);

/**
 * Answers listings. The tag follows from the names, and the names from the directory's state (listing-cache.ts), so
 * that equal tags mean equal bodies, whenever and by whichever process they were given out.
 */
export class ListingBodies {
  readonly #bodies: SizedCache<ListingBody>;

  constructor(maxBytes = DEFAULT_MAX_BYTES) {
    this.#bodies = new SizedCache({ maxBytes, sizeOf: ({ plain }) => plain.length * 2 });
  }

  async sendNames(request: FastifyRequest, reply: FastifyReply, names: readonly string[]): Promise<FastifyReply> {
    return this.send(request, reply, listingDigest(names), () => names);
  }

  /** @param key follows from the names; they are asked for only where the body is not here. */
  async send(
    request: FastifyRequest,
    reply: FastifyReply,
    key: string,
    names: () => readonly string[],
  ): Promise<FastifyReply> {
    const zipped = acceptsGzip(request.headers['accept-encoding']);
    const tag = zipped ? `"${key}.gz"` : `"${key}"`;
    reply.header('etag', tag).header('cache-control', 'no-cache').header('vary', 'Accept-Encoding');
    if (matchesEtag(request.headers['if-none-match'], tag)) return reply.code(304).send();
    const body = this.#bodyOf(key, names);
    reply.type('application/json; charset=utf-8');
    if (!zipped || body.plain.length < MIN_COMPRESSED_BYTES) return reply.send(body.plain);
    body.compressed ??= gzipAsync(body.plain);
    return reply.header('content-encoding', 'gzip').send(await body.compressed);
  }

  #bodyOf(key: string, names: () => readonly string[]): ListingBody {
    const known = this.#bodies.get(key);
    if (known !== undefined) return known;
    const body = { plain: Buffer.from(JSON.stringify(names())), compressed: undefined };
    this.#bodies.set(key, body);
    return body;
  }
}

/** RFC 9110 section 12.5.3, as far as it matters here: `gzip;q=0` is a no. */
function acceptsGzip(header: string | string[] | undefined): boolean {
  if (typeof header !== 'string') return false;
  return header.split(',').some((part) => /^\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/i.test(part));
}
