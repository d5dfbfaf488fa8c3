import type { Dispatcher } from 'undici';
import type { FinishMeasurement } from './client-metrics.ts';
import type { Deadlined } from './deadlines.ts';
import { ResponseTimeoutError, ResponseTooLargeError } from './http-errors.ts';
import type { TransportErrors } from './transport-errors.ts';

export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

export interface ResponseHead {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ResponseHeaders;
  /** Bytes of the body as they will come over the wire; undefined where the node does not say. */
  readonly announcedBytes: number | undefined;
}

/** Takes a response. Exactly one of `end` and `fail` is called, once, and nothing after it. */
export interface ResponseSink {
  head(head: ResponseHead): void;
  data(chunk: Uint8Array): void;
  end(): void;
  fail(error: unknown): void;
}

export interface ExchangeInit {
  method: string;
  sink: ResponseSink;
  /** Most bytes of the body as they come over the wire. */
  maxWireBytes: number;
  errors: TransportErrors;
  /** Default: no limit. */
  totalTimeoutMs?: number | undefined;
  /** By the time that this rate needs for what has come, the total time grows. Default: it does not. */
  minBytesPerSecond?: number | undefined;
  /** Called when the connection is free again or gone. */
  onReleased: () => void;
  /** Called when the response is over, before the sink hears of it. */
  onFinished: FinishMeasurement;
}

/** One request on its way through undici: counts and limits what comes, and tells the sink one end. */
export class Exchange implements Dispatcher.DispatchHandler, Deadlined {
  readonly #init: ExchangeInit;
  readonly #startMs = performance.now();
  #controller: Dispatcher.DispatchController | undefined;
  #head: ResponseHead | undefined;
  #receivedBytes = 0;
  #failure: Error | undefined;
  #over = false;

  constructor(init: ExchangeInit) {
    this.#init = init;
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  deadlineMs(): number {
    return this.#startMs + this.#allowedMs();
  }

  expire(): void {
    const { url } = this.#init.errors;
    this.fail(new ResponseTimeoutError({ url, phase: 'total', timeoutMs: Math.round(this.#allowedMs()) }));
  }

  /** Ends the exchange with this error and closes its connection. Does nothing when it is over. */
  fail(error: unknown): void {
    if (this.#over) return;
    this.#failure = error instanceof Error ? error : new Error('aborted', { cause: error });
    this.#finish('error');
    this.#init.sink.fail(error);
    this.#controller?.abort(this.#failure);
  }

  /** Stops reading from the socket until `resume`; the idle timeout rests meanwhile. */
  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    this.#controller?.resume();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failure !== undefined) controller.abort(this.#failure);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: ResponseHeaders): void {
    if (status < 200 || this.#over) return;
    const announcedBytes = announced(this.#init.method, status, headers);
    this.#head = { status, headers, announcedBytes };
    this.#init.sink.head(this.#head);
    if (announcedBytes !== undefined && announcedBytes > this.#init.maxWireBytes) this.#tooLarge(announcedBytes);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (this.#over) return;
    this.#receivedBytes += chunk.byteLength;
    if (this.#receivedBytes > this.#init.maxWireBytes) this.#tooLarge();
    else this.#init.sink.data(chunk);
  }

  onResponseEnd(): void {
    this.#init.onReleased();
    if (this.#over) return;
    this.#finish(this.#head?.status ?? 'error');
    this.#init.sink.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#init.onReleased();
    if (this.#over) return;
    this.#finish('error');
    this.#init.sink.fail(this.#init.errors.translate(error, this.#head, this.#receivedBytes));
  }

  #allowedMs(): number {
    const { totalTimeoutMs = Infinity, minBytesPerSecond = Infinity } = this.#init;
    return totalTimeoutMs + (this.#receivedBytes / minBytesPerSecond) * 1000;
  }

  #tooLarge(announcedBytes?: number): void {
    const { url } = this.#init.errors;
    const limitBytes = this.#init.maxWireBytes;
    this.fail(new ResponseTooLargeError({ url, limitBytes, ...(announcedBytes !== undefined && { announcedBytes }) }));
  }

  #finish(status: number | 'error'): void {
    this.#over = true;
    this.#init.onFinished(status, this.#receivedBytes);
  }
}

/** Content-Length, where a body follows: RFC 9112 section 6.3. */
function announced(method: string, status: number, headers: ResponseHeaders): number | undefined {
  if (method === 'HEAD' || status === 204 || status === 304) return 0;
  const length = headers['content-length'];
  if (typeof length !== 'string' || headers['transfer-encoding'] !== undefined) return undefined;
  return Number(length);
}
