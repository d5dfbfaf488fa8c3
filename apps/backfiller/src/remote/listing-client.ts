import { ResponseTooLargeError } from '@waybill/http-kit';
import type { AbortOptions } from '@waybill/common';
import { collectBytes } from './collect-bytes.ts';
import { EtagCache } from './etag-cache.ts';
import { ListingTooLargeError } from './listing-too-large-error.ts';
import type { NodeTransport, StreamedReply } from './node-transport.ts';
import { parseNameList } from './parse-name-list.ts';
import type { RemoteListing } from './remote-node.ts';
import { RemoteReplyInvalidError } from './remote-reply-invalid-error.ts';

export interface ListingRequest {
  readonly path: string;
  /** The label `name` of metrics. */
  readonly name: string;
  /** Sorts out what may be used. */
  readonly accept: (names: readonly string[]) => RemoteListing;
}

/** Unchanged listings are asked for again only in small numbers: the digests tell which hours to list. */
const CACHE_LIMITS = { maxEntries: 64, maxWeight: 50_000 };

const decoder = new TextDecoder();

/** Listings of one node. Those of nodes of ours are asked for with the ETag of the last time. */
export class ListingClient {
  readonly #transport: NodeTransport;
  readonly #cache = new EtagCache<RemoteListing>(CACHE_LIMITS);

  constructor(transport: NodeTransport) {
    this.#transport = transport;
  }

  /** Throws ListingTooLargeError, RemoteReplyInvalidError and what the transport throws. */
  async list(request: ListingRequest, options: AbortOptions = {}): Promise<RemoteListing> {
    const cached = this.#cache.get(request.path);
    const reply = await this.#ask(request, cached?.etag, options);
    if (reply.status === 304 && cached !== undefined) {
      reply.discard();
      return cached.value;
    }
    const listing = request.accept(this.#parse(request.path, await this.#read(request.path, reply)));
    const { etag } = reply.headers;
    if (this.#transport.protocol === 1 && typeof etag === 'string')
      this.#cache.set(request.path, etag, listing, listing.names.length);
    return listing;
  }

  /** Nothing is said about the content type: a wubloader node sends JSON as text/html (spec 1.2). */
  #ask({ path, name }: ListingRequest, etag: string | undefined, { signal }: AbortOptions): Promise<StreamedReply> {
    const maxBytes = this.#transport.limits.maxListingBytes;
    const common = { name, maxBytes, compressed: true, signal };
    if (etag === undefined) return this.#transport.stream(path, { ...common, expectedStatus: [200] });
    return this.#transport.stream(path, { ...common, expectedStatus: [200, 304], headers: { 'if-none-match': etag } });
  }

  async #read(path: string, reply: StreamedReply): Promise<string> {
    try {
      return decoder.decode(await collectBytes(reply.body));
    } catch (error) {
      if (!(error instanceof ResponseTooLargeError)) throw error;
      throw new ListingTooLargeError({
        node: this.#transport.url,
        path,
        unit: 'bytes',
        limit: error.limitBytes,
        cause: error,
      });
    }
  }

  #parse(path: string, text: string): readonly string[] {
    const node = this.#transport.url;
    const limit = this.#transport.limits.maxListingNames;
    const names = parseNameList(text, limit);
    if (names === 'too many names') throw new ListingTooLargeError({ node, path, unit: 'names', limit });
    if (typeof names === 'string') throw new RemoteReplyInvalidError({ node, path, problem: names });
    return names;
  }
}
