import { WaybillError } from '@waybill/common';

/** What every error of the client carries: where the request went, without credentials and query. */
export interface HttpErrorInit {
  /** Shown in messages; comes from `publicUrl`. */
  url: string;
  cause?: unknown;
}

/** The node could not be reached, or the connection broke before the head of the response. */
export class NodeUnreachableError extends WaybillError {
  readonly url: string;

  constructor({ url, cause }: HttpErrorInit) {
    super(`${url} is unreachable: ${reasonOf(cause)}`, { code: 'ERR_NODE_UNREACHABLE', retryable: true, cause });
    this.url = url;
  }
}

/** `connect`: no connection. `headers`: no head after the request. `idle`: nothing between two reads. `total`: all of it. */
export type TimeoutPhase = 'connect' | 'headers' | 'idle' | 'total';

/** The node was too slow; `phase` says in what. */
export class ResponseTimeoutError extends WaybillError {
  readonly url: string;
  readonly phase: TimeoutPhase;
  readonly timeoutMs: number;

  constructor({ url, phase, timeoutMs, cause }: HttpErrorInit & { phase: TimeoutPhase; timeoutMs: number }) {
    super(`${url} exceeded its ${phase} timeout of ${timeoutMs} ms`, {
      code: 'ERR_RESPONSE_TIMEOUT',
      retryable: true,
      cause,
    });
    this.url = url;
    this.phase = phase;
    this.timeoutMs = timeoutMs;
  }
}

/** The body is longer than the caller accepts, as announced, received or decoded. */
export class ResponseTooLargeError extends WaybillError {
  readonly url: string;
  readonly limitBytes: number;
  /** As announced by Content-Length, where the node announced it. */
  readonly announcedBytes: number | undefined;

  constructor({ url, limitBytes, announcedBytes }: HttpErrorInit & { limitBytes: number; announcedBytes?: number }) {
    const announced = announcedBytes === undefined ? 'more' : `${announcedBytes} bytes`;
    super(`${url} answered with ${announced} where at most ${limitBytes} bytes are accepted`, {
      code: 'ERR_RESPONSE_TOO_LARGE',
      retryable: false,
    });
    this.url = url;
    this.limitBytes = limitBytes;
    this.announcedBytes = announcedBytes;
  }
}

/** Statuses after which the same request may succeed later: RFC 9110 section 15, RFC 6585 section 4. */
const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([408, 421, 425, 429]);

/** The node answered with a status that the caller does not expect. */
export class ResponseStatusError extends WaybillError {
  readonly url: string;
  readonly status: number;
  readonly expected: readonly number[];
  /** From Retry-After in seconds, where the node says it. */
  readonly retryAfterMs: number | undefined;

  constructor({
    url,
    status,
    expected,
    retryAfterMs,
  }: HttpErrorInit & { status: number; expected: readonly number[]; retryAfterMs?: number | undefined }) {
    super(`${url} answered with status ${status} where ${expected.join(' or ')} is expected`, {
      code: 'ERR_RESPONSE_STATUS',
      retryable: status >= 500 || RETRYABLE_STATUSES.has(status),
    });
    this.url = url;
    this.status = status;
    this.expected = expected;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The connection ended before the body did. */
export class ResponseTruncatedError extends WaybillError {
  readonly url: string;
  /** From Content-Length; undefined for a chunked or a compressed body. */
  readonly expectedBytes: number | undefined;
  readonly receivedBytes: number;

  constructor({
    url,
    expectedBytes,
    receivedBytes,
    cause,
  }: HttpErrorInit & { expectedBytes: number | undefined; receivedBytes: number }) {
    const expected = expectedBytes === undefined ? '' : ` of ${expectedBytes}`;
    super(`${url} broke off after ${receivedBytes}${expected} bytes of the body`, {
      code: 'ERR_RESPONSE_TRUNCATED',
      retryable: true,
      cause,
    });
    this.url = url;
    this.expectedBytes = expectedBytes;
    this.receivedBytes = receivedBytes;
  }
}

/** The answer is not HTTP, not JSON where JSON is asked for, or not in a content coding that we know. */
export class ResponseInvalidError extends WaybillError {
  readonly url: string;
  readonly problem: string;

  constructor({ url, problem, cause }: HttpErrorInit & { problem: string }) {
    super(`${url} answered with something invalid: ${problem}`, {
      code: 'ERR_RESPONSE_INVALID',
      // A proxy that restarts answers like this for seconds; a node that is no HTTP server costs one back-off each.
      retryable: true,
      cause,
    });
    this.url = url;
    this.problem = problem;
  }
}

/** The text is no http or https URL. The text itself stays out of the message: it may hold credentials. */
export class UrlInvalidError extends WaybillError {
  constructor(problem: string) {
    super(`The URL is invalid: ${problem}`, { code: 'ERR_URL_INVALID', retryable: false });
  }
}

/** The client was closed before or while the request ran. */
export class HttpClientClosedError extends WaybillError {
  constructor() {
    super('The HTTP client is closed', { code: 'ERR_HTTP_CLIENT_CLOSED', retryable: false });
  }
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown reason';
  const { code } = cause as NodeJS.ErrnoException;
  return code === undefined || cause.message.includes(code) ? cause.message : `${code} ${cause.message}`.trim();
}
