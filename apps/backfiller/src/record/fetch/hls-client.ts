import type { AbortOptions } from '@waybill/common';
import { ResponseInvalidError, ResponseStatusError } from '@waybill/http-kit';
import type { HttpClient, HttpResponse } from '@waybill/http-kit';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const MAX_REDIRECTS = 5;
const PLAYLIST_TIMEOUT_MS = 10_000;
/** A day of segments of one second. */
const MAX_PLAYLIST_BYTES = 16 * 1024 * 1024;
const MAX_KEY_BYTES = 1024;

export interface PlaylistAnswer {
  /** Undefined where it is what `etag` said. */
  readonly text: string | undefined;
  /** Where it came from in the end: relative URIs are below it. */
  readonly url: string;
  readonly etag: string | undefined;
}

interface OpenOptions extends AbortOptions {
  readonly name: string;
  readonly expected: readonly number[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly totalTimeoutMs?: number;
  readonly maxBytes: number;
  readonly compressed?: boolean;
}

/** GET with redirects, for what a stream is made of. One request at a time and no retries; errors are those of http-kit. */
export class HlsClient {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  /** With the ETag of the last answer, the server need not send what it has sent before. */
  async playlist(url: string, etag: string | undefined, { signal }: AbortOptions = {}): Promise<PlaylistAnswer> {
    const { response, url: finalUrl } = await this.#open(url, {
      name: 'get_playlist',
      expected: etag === undefined ? [200] : [200, 304],
      ...(etag !== undefined && { headers: { 'if-none-match': etag } }),
      totalTimeoutMs: PLAYLIST_TIMEOUT_MS,
      maxBytes: MAX_PLAYLIST_BYTES,
      compressed: true,
      signal,
    });
    if (response.status === 304) {
      response.discard();
      return { text: undefined, url: finalUrl, etag };
    }
    return { text: await response.text(), url: finalUrl, etag: headerOf(response, 'etag') };
  }

  async key(url: string, { signal }: AbortOptions = {}): Promise<Uint8Array> {
    const options = { name: 'get_key', expected: [200], totalTimeoutMs: PLAYLIST_TIMEOUT_MS, maxBytes: MAX_KEY_BYTES };
    const { response } = await this.#open(url, { ...options, signal });
    return await response.bytes();
  }

  /** @param range Value of a Range header. A server may answer with the whole file all the same. */
  async segment(
    url: string,
    { range, maxBytes, signal }: AbortOptions & { range?: string | undefined; maxBytes: number },
  ): Promise<HttpResponse> {
    const { response } = await this.#open(url, {
      name: 'get_segment',
      expected: range === undefined ? [200] : [200, 206],
      ...(range !== undefined && { headers: { range } }),
      maxBytes,
      signal,
    });
    return response;
  }

  async #open(url: string, options: OpenOptions): Promise<{ response: HttpResponse; url: string }> {
    const { expected, ...request } = options;
    let at = url;
    for (let followed = 0; ; followed += 1) {
      const response = await this.#http.request(at, request);
      if (expected.includes(response.status)) return { response, url: at };
      response.discard();
      const location = headerOf(response, 'location');
      if (!REDIRECTS.has(response.status) || location === undefined) throw statusError(at, response.status, expected);
      if (followed === MAX_REDIRECTS) throw invalid(at, `more than ${MAX_REDIRECTS} redirects`);
      const target = URL.parse(location, at);
      if (target === null) throw invalid(at, 'a redirect to what is no URL');
      at = target.href;
    }
  }
}

export function headerOf({ headers }: HttpResponse, name: string): string | undefined {
  const value: unknown = headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** Origin and path: tokens stand in the query. */
export function publicUrl(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? 'a URL that cannot be parsed' : parsed.origin + parsed.pathname;
}

function statusError(url: string, status: number, expected: readonly number[]): ResponseStatusError {
  return new ResponseStatusError({ url: publicUrl(url), status, expected });
}

function invalid(url: string, problem: string): ResponseInvalidError {
  return new ResponseInvalidError({ url: publicUrl(url), problem });
}
