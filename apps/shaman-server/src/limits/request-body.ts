import type { IncomingMessage } from 'node:http';
import { Fifo } from '@waybill/common';
import { BodyBrokenOffError, BodyStalledError } from './limit-errors.ts';

/** So much has to come within the idle time, or the body ends: one byte now and then would hold a connection for ever. */
const PROGRESS_BYTES = 16 * 1024;

/** So far reading runs ahead of whoever works on the body. Without it, the connection rests while a chunk is hashed. */
const AHEAD_BYTES = 256 * 1024;

/** How often it is looked whether the client is too slow: so many times in the idle time. */
const LOOKS = 8;

export interface RequestBodyInit {
  /** How long the client may be waited for, until it has sent 16 KiB more. There is no limit for the whole body. */
  idleTimeoutMs: number;
  /** Called once, before the first read: where `Expect: 100-continue` is answered. */
  onStart?: (() => void) | undefined;
  /**
   * Give the memory of a chunk back as soon as the next one is asked for, for readers that have copied it by then. A garbage
   * collector would let a hundred megabytes of chunks pile up first, and take a quarter of the time. Default false.
   */
  freesChunks?: boolean | undefined;
}

/**
 * The body of a request as chunks, read from the socket only as fast as it is asked for. Leaving it early leaves the
 * connection alone: an answer can still be sent. Rejects with BodyStalledError or BodyBrokenOffError.
 */
export function requestBody(raw: IncomingMessage, init: RequestBodyInit): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => new BodyReader(raw, init) };
}

type Result = IteratorResult<Uint8Array, undefined>;

const NOTHING = new Uint8Array();
const DONE: Result = { done: true, value: undefined };

class BodyReader implements AsyncIterator<Uint8Array, undefined> {
  readonly #raw: IncomingMessage;
  readonly #init: RequestBodyInit;
  readonly #chunks = new Fifo<Uint8Array>();
  #queuedBytes = 0;
  /** What the reader has at hand, where it is to be freed. */
  #lent: Uint8Array | undefined;
  #state: 'new' | 'open' | 'ended' | 'failed' = 'new';
  #error: unknown;
  #pending: PromiseWithResolvers<Result> | undefined;
  #receivedBytes = 0;
  #clock: NodeJS.Timeout | undefined;
  /** What is left of the idle time, and how much has come since it was whole. Only waiting for the client uses it up. */
  #budgetMs: number;
  #sinceBytes = 0;
  #waitingSinceMs = 0;

  constructor(raw: IncomingMessage, init: RequestBodyInit) {
    this.#raw = raw;
    this.#init = init;
    this.#budgetMs = init.idleTimeoutMs;
  }

  next(): Promise<Result> {
    if (this.#state === 'new') this.#open();
    this.#free();
    const value = this.#shift();
    if (value !== undefined) return Promise.resolve(this.#lend(value));
    if (this.#state === 'failed') return Promise.reject(this.#error);
    if (this.#state === 'ended') return Promise.resolve(DONE);
    this.#pending = Promise.withResolvers<Result>();
    this.#waitingSinceMs = performance.now();
    return this.#pending.promise;
  }

  return(): Promise<Result> {
    this.#settle('ended');
    this.#chunks.clear();
    return Promise.resolve(DONE);
  }

  #open(): void {
    this.#state = 'open';
    const raw = this.#raw;
    if (raw.destroyed && !raw.readableEnded) {
      this.#settle('failed', new BodyBrokenOffError(0));
      return;
    }
    this.#init.onStart?.();
    // Stays: without a listener, an error that comes after the last read would end the process.
    raw.on('error', () => undefined);
    raw.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onClose).on('close', this.#onClose);
    this.#clock = setInterval(this.#onTick, Math.max(5, this.#init.idleTimeoutMs / LOOKS));
  }

  #lend(value: Uint8Array): Result {
    if (this.#init.freesChunks === true) this.#lent = value;
    return { done: false, value };
  }

  /** Only what has its memory for itself. */
  #free(): void {
    const { buffer, byteLength } = this.#lent ?? NOTHING;
    this.#lent = undefined;
    if (byteLength > 0 && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer) buffer.transfer(0);
  }

  #shift(): Uint8Array | undefined {
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return undefined;
    this.#queuedBytes -= chunk.byteLength;
    if (this.#chunks.size === 0 && this.#state === 'open') this.#raw.resume();
    return chunk;
  }

  readonly #onData = (chunk: Uint8Array): void => {
    this.#receivedBytes += chunk.byteLength;
    this.#sinceBytes += chunk.byteLength;
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending === undefined) this.#push(chunk);
    else {
      this.#budgetMs -= performance.now() - this.#waitingSinceMs;
      pending.resolve(this.#lend(chunk));
    }
    if (this.#sinceBytes < PROGRESS_BYTES) return;
    this.#sinceBytes = 0;
    this.#budgetMs = this.#init.idleTimeoutMs;
  };

  #push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#queuedBytes += chunk.byteLength;
    if (this.#queuedBytes >= AHEAD_BYTES) this.#raw.pause();
  }

  readonly #onTick = (): void => {
    const isTooSlow = this.#pending !== undefined && performance.now() - this.#waitingSinceMs > this.#budgetMs;
    if (isTooSlow) this.#settle('failed', new BodyStalledError(this.#init.idleTimeoutMs));
  };

  readonly #onEnd = (): void => {
    this.#settle('ended');
  };

  readonly #onClose = (error?: unknown): void => {
    this.#settle('failed', new BodyBrokenOffError(this.#receivedBytes, error));
  };

  #settle(state: 'ended' | 'failed', error?: unknown): void {
    if (this.#state === 'ended' || this.#state === 'failed') return;
    this.#state = state;
    this.#error = error;
    clearInterval(this.#clock);
    this.#raw.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose);
    this.#raw.off('error', this.#onClose);
    if (!this.#raw.readableEnded) this.#raw.pause();
    const pending = this.#pending;
    this.#pending = undefined;
    if (state === 'ended') pending?.resolve(DONE);
    else pending?.reject(error);
  }
}
