import type { AbortOptions } from '@waybill/common';
import type { ClientMetrics } from './client-metrics.ts';
import type { ResponseHeaders } from './exchange.ts';
import type { Target } from './target.ts';

/** Keys and certificates of a client that proves who it is, or talks to a private authority; PEM. */
export interface ClientTls {
  ca?: string | Uint8Array | undefined;
  cert?: string | Uint8Array | undefined;
  key?: string | Uint8Array | undefined;
}

export interface HttpClientInit {
  /** Sent as User-Agent. */
  userAgent: string;
  /** Name look-up, TCP and TLS together. Default 5000. */
  connectTimeoutMs?: number | undefined;
  /** Between the request and the head of the response. Default: `idleTimeoutMs`. */
  headersTimeoutMs?: number | undefined;
  /** Between two reads of a body. Default 5000, what wubloader uses. */
  idleTimeoutMs?: number | undefined;
  /** How long an unused connection is kept where the node does not say. Default 4000: below what servers use. */
  keepAliveTimeoutMs?: number | undefined;
  /** More requests to one origin wait for one of these to end. Default 10. */
  maxConnectionsPerOrigin?: number | undefined;
  /** `createClientMetrics(registry)`. Default: no metrics. */
  metrics?: ClientMetrics | undefined;
  tls?: ClientTls | undefined;
}

export interface HttpRequestOptions extends AbortOptions {
  /** What the request is for: the label `name` of metrics. A fixed word, never a path. */
  name: string;
  /** Default GET. */
  method?: string | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  body?: Uint8Array | string | undefined;
  /** From the call to the last byte of the body, waiting for a connection included. Default: no limit. */
  totalTimeoutMs?: number | undefined;
  /**
   * Lets `totalTimeoutMs` grow by the time that this rate needs for what has come: a node that dribbles holds a connection
   * no longer than a silent one, a slow but honest one has its time. Default: it does not grow.
   */
  minBytesPerSecond?: number | undefined;
  /** Most bytes of the body, as received and as decoded. */
  maxBytes?: number | undefined;
  /** Asks for `gzip, deflate`: worth it for listings, not for media. Default false. What comes encoded is decoded anyway. */
  compressed?: boolean | undefined;
  /** Other statuses become a ResponseStatusError. Default: every status is handed on. */
  expectedStatus?: readonly number[] | undefined;
  /** Default: the client's. */
  headersTimeoutMs?: number | undefined;
  /** Default: the client's. 0 switches it off, for streams of events with their own keep-alive. */
  idleTimeoutMs?: number | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ResponseHeaders;
  /** From Content-Length, where the body is not encoded and the node says it. */
  readonly sizeBytes: number | undefined;
  /** Can be read once. Leaving the loop early closes the connection. Throws ResponseTruncatedError, ResponseTimeoutError … */
  readonly body: AsyncIterable<Uint8Array>;
  /** The whole body, of at most `maxBytes` (default: as requested, else 16 MiB), else ResponseTooLargeError. */
  bytes(maxBytes?: number): Promise<Uint8Array>;
  /** As `bytes`, decoded as UTF-8; malformed sequences become U+FFFD. */
  text(maxBytes?: number): Promise<string>;
  /** As `bytes`, parsed; ResponseInvalidError where it is no JSON. The caller must validate the shape. */
  json(maxBytes?: number): Promise<unknown>;
  /** Frees the connection without the rest of the body. Must be called where the body is not read. */
  discard(): void;
}

export interface HttpBytesResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** The decoded body. */
  readonly bytes: Uint8Array;
  /** Length of `bytes`. */
  readonly sizeBytes: number;
}

/**
 * Requests without retries and without redirects. Every call rejects with NodeUnreachableError, ResponseTimeoutError,
 * ResponseTooLargeError, ResponseTruncatedError, ResponseInvalidError, ResponseStatusError or UrlInvalidError,
 * each with `retryable`, or with the signal's reason. Credentials in a URL are sent as Basic authorization and
 * are in no error.
 */
export interface HttpClient {
  /** Resolves when the head is there. The body must be read or discarded. */
  request(url: string | URL | Target, options: HttpRequestOptions): Promise<HttpResponse>;
  /** Resolves when the whole body is there: the cheapest way to get small contents. `maxBytes` default 16 MiB. */
  requestBytes(url: string | URL | Target, options: HttpRequestOptions): Promise<HttpBytesResponse>;
  /** Breaks off what is under way (HttpClientClosedError) and closes all connections. */
  close(): Promise<void>;
}
