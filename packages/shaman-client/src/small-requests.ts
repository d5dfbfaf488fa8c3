import { abortableSleep, type AbortOptions, backoffDelayMs } from '@waybill/common';
import type { HttpBytesResponse, HttpClient } from '@waybill/http-kit/client';
import { RequestRefusedError, TokenRefusedError } from './client-errors.ts';
import type { ClientTiming } from './client-timing.ts';

export interface SmallRequest extends AbortOptions {
  /** Label of metrics: a fixed word. */
  readonly name: string;
  /** Below the server's URL. */
  readonly path: string;
  readonly method?: 'POST' | 'OPTIONS' | 'HEAD' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What the caller understands; other statuses are errors. */
  readonly statuses: readonly number[];
}

export interface SmallAnswer {
  readonly status: number;
  readonly headers: HttpBytesResponse['headers'];
  readonly text: string;
}

/** Told of each request that goes out, and of each failure after which it is made again. */
export interface RequestObserver {
  onRequest(): void;
  onRetry(error: unknown): void;
}

/** One server, as all requests to it see it. */
export interface ServerConnection {
  /** Ends in a slash. */
  readonly url: URL;
  readonly http: HttpClient;
  readonly timing: ClientTiming;
  /** May come later, from the server itself. */
  token: string | undefined;
}

/** A definition of a million files comes back as a list of all of them. */
const MAX_ANSWER_BYTES = 512 * 1024 * 1024;
/** With the default pauses, about 20 seconds: a server that is started anew is back by then. */
const TRIES = 8;
/** A server that asks for more is asked again all the same: it may be a mistake, and costs one small request. */
const LONGEST_PAUSE_MS = 60_000;

/** Requests with short answers, made again where that may help. */
export class SmallRequests {
  readonly #connection: ServerConnection;
  readonly #observer: RequestObserver | undefined;

  constructor(connection: ServerConnection, observer?: RequestObserver) {
    this.#connection = connection;
    this.#observer = observer;
  }

  get authorization(): Readonly<Record<string, string>> {
    const { token } = this.#connection;
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  at(path: string): URL {
    return new URL(path, this.#connection.url);
  }

  /** Throws RequestRefusedError, TokenRefusedError, errors of `@waybill/http-kit`, or the signal's reason. */
  async send(request: SmallRequest): Promise<SmallAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#try(request);
      } catch (error) {
        request.signal?.throwIfAborted();
        if (!isRetryable(error) || attempt >= TRIES) throw error;
        this.#observer?.onRetry(error);
        await abortableSleep(retryPauseMs(error, attempt - 1, this.#connection.timing), request);
      }
    }
  }

  async #try({ name, path, method, headers, body, statuses, signal }: SmallRequest): Promise<SmallAnswer> {
    this.#observer?.onRequest();
    const { http, timing } = this.#connection;
    const url = this.at(path);
    const answer = await http.requestBytes(url, {
      ...{ name, method, body, signal, headers: { ...this.authorization, ...headers } },
      ...{ compressed: true, maxBytes: MAX_ANSWER_BYTES },
      ...{ headersTimeoutMs: timing.responseTimeoutMs, idleTimeoutMs: timing.idleTimeoutMs },
    });
    const text = new TextDecoder().decode(answer.bytes);
    if (statuses.includes(answer.status)) return { status: answer.status, headers: answer.headers, text };
    throw refusalOf(url, answer.status, text, answer.headers['retry-after']);
  }
}

export function isRetryable(error: unknown): boolean {
  return (error as { retryable?: unknown } | undefined)?.retryable === true;
}

/** How long to wait after a failure, counted from 0: what the server says, or longer and longer. */
export function retryPauseMs(error: unknown, attempt: number, { retryMs }: ClientTiming): number {
  const { retryAfterMs } = (error ?? {}) as { retryAfterMs?: number };
  if (retryAfterMs !== undefined) return Math.min(retryAfterMs, LONGEST_PAUSE_MS);
  return backoffDelayMs(attempt, { baseMs: retryMs, maxAttemptExponent: 5 });
}

/** What a status that nobody expected means. */
export function refusalOf(url: URL, status: number, detail: string, retryAfter: unknown): Error {
  const shown = url.origin + url.pathname;
  if (status === 401 || status === 403 || status === 498) return new TokenRefusedError(shown, status);
  const seconds = typeof retryAfter === 'string' && /^\d{1,5}$/.test(retryAfter) ? Number(retryAfter) : undefined;
  return new RequestRefusedError({
    url: shown,
    status,
    detail,
    retryAfterMs: seconds === undefined ? undefined : seconds * 1000,
  });
}
