import type { ResponseHead } from './exchange.ts';
import {
  HttpClientClosedError,
  NodeUnreachableError,
  ResponseInvalidError,
  ResponseTimeoutError,
  ResponseTruncatedError,
} from './http-errors.ts';
import { loadUndici } from './load-undici.ts';

export interface Timeouts {
  readonly connectTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

/** Turns undici's errors into ours for one request. */
export class TransportErrors {
  /** Without credentials and query. */
  readonly url: string;
  readonly #timeouts: Timeouts;

  constructor(url: string, timeouts: Timeouts) {
    this.url = url;
    this.#timeouts = timeouts;
  }

  translate(cause: Error, head: ResponseHead | undefined, receivedBytes: number): Error {
    const { url } = this;
    const { errors } = loadUndici();
    const timeout = this.#timeout(cause);
    if (timeout !== undefined) return timeout;
    if (cause instanceof errors.ClientDestroyedError || cause instanceof errors.ClientClosedError) {
      return new HttpClientClosedError();
    }
    if (head !== undefined) {
      return new ResponseTruncatedError({ url, expectedBytes: head.announcedBytes, receivedBytes, cause });
    }
    if (isProtocolError(cause)) return new ResponseInvalidError({ url, problem: cause.message, cause });
    return new NodeUnreachableError({ url, cause });
  }

  #timeout(cause: Error): ResponseTimeoutError | undefined {
    const { url } = this;
    const { errors } = loadUndici();
    const { connectTimeoutMs, headersTimeoutMs, idleTimeoutMs } = this.#timeouts;
    if (cause instanceof errors.ConnectTimeoutError) {
      return new ResponseTimeoutError({ url, phase: 'connect', timeoutMs: connectTimeoutMs, cause });
    }
    if (cause instanceof errors.HeadersTimeoutError) {
      return new ResponseTimeoutError({ url, phase: 'headers', timeoutMs: headersTimeoutMs, cause });
    }
    if (cause instanceof errors.BodyTimeoutError) {
      return new ResponseTimeoutError({ url, phase: 'idle', timeoutMs: idleTimeoutMs, cause });
    }
    return undefined;
  }
}

function isProtocolError(cause: Error): boolean {
  const { errors } = loadUndici();
  return cause instanceof errors.HTTPParserError || cause instanceof errors.HeadersOverflowError;
}
