import { gzipSync } from 'node:zlib';
import { listingDigest } from '@waybill/segments';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SizedCache } from '../archive/sized-cache.ts';
import { matchesEtag } from './etag.ts';

/** Compressed bodies that peers ask for again and again: 60 hours of 1,800 names. */
const DEFAULT_MAX_BYTES = 4 * 1024 * 1024;
/** Below one packet there is nothing to gain. */
const MIN_COMPRESSED_BYTES = 1400;
/** Names repeat at a short distance: with 4 KiB to look back on they become 1 % larger, in two thirds of the time. */
const COMPRESSION = { windowBits: 12, memLevel: 5 };

/**
 * Answers listings. The tag follows from the names, and the names from the directory's state (listing-cache.ts), so
 * that equal tags mean equal bodies, whenever and by whichever process they were given out. Compressing 1,800 names takes
 * 2 ms, so that what is asked for again is kept compressed.
 */
export class ListingBodies {
  readonly #compressed: SizedCache<Buffer>;

  constructor(maxBytes = DEFAULT_MAX_BYTES) {
    this.#compressed = new SizedCache({ maxBytes, sizeOf: (body) => body.length, fromSecondTime: true });
  }

  sendNames(request: FastifyRequest, reply: FastifyReply, names: readonly string[]): FastifyReply {
    return this.send(request, reply, listingDigest(names), () => Buffer.from(JSON.stringify(names)));
  }

  /** @param key follows from the body, which is asked for only where it is sent. */
  send(request: FastifyRequest, reply: FastifyReply, key: string, body: () => Buffer): FastifyReply {
    const zipped = acceptsGzip(request.headers['accept-encoding']);
    const tag = zipped ? `"${key}.gz"` : `"${key}"`;
    reply.header('etag', tag).header('cache-control', 'no-cache').header('vary', 'Accept-Encoding');
    if (matchesEtag(request.headers['if-none-match'], tag)) return reply.code(304).send();
    const plain = body();
    reply.type('application/json; charset=utf-8');
    if (!zipped || plain.length < MIN_COMPRESSED_BYTES) return reply.send(plain);
    return reply.header('content-encoding', 'gzip').send(this.#compress(key, plain));
  }

  #compress(key: string, plain: Buffer): Buffer {
    const known = this.#compressed.get(key);
    if (known !== undefined) return known;
    // At once: a stream with its pieces waits for a full collection, 200 KB for each listing.
    const compressed = gzipSync(plain, COMPRESSION);
    this.#compressed.set(key, compressed);
    return compressed;
  }
}

/** RFC 9110 section 12.5.3, as far as it matters here: `gzip;q=0` is a no. */
function acceptsGzip(header: string | string[] | undefined): boolean {
  if (typeof header !== 'string') return false;
  return header.split(',').some((part) => /^\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/i.test(part));
}
