import { ResponseTimeoutError } from '@waybill/http-kit';

export interface ThroughputGuardInit {
  /** Shown in the error. */
  readonly url: string;
  readonly graceMs: number;
  readonly minBytesPerSecond: number;
}

/**
 * The total time limit of one call, grown by what has come: a node that sends one byte every four seconds never idles
 * for five, and would hold a download slot for ever. Only the time in which we wait for the node counts: our own
 * rate limit or a slow disk cannot make an innocent node time out.
 */
export class ThroughputGuard {
  readonly #init: ThroughputGuardInit;
  readonly #controller = new AbortController();
  #waitedMs = 0;
  #receivedBytes = 0;

  constructor(init: ThroughputGuardInit) {
    this.#init = init;
  }

  /** Aborts with a ResponseTimeoutError of phase `total`. To be given to the request. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  async waitFor<T>(work: Promise<T>): Promise<T> {
    const startMs = performance.now();
    const timer = setTimeout(() => {
      this.#giveUp();
    }, this.#allowedMs() - this.#waitedMs);
    try {
      return await work;
    } finally {
      clearTimeout(timer);
      this.#waitedMs += performance.now() - startMs;
    }
  }

  /** The body, each chunk waited for within the limit. */
  async *read(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    const chunks = body[Symbol.asyncIterator]();
    try {
      for (let next = await this.waitFor(chunks.next()); next.done !== true; next = await this.waitFor(chunks.next())) {
        this.#receivedBytes += next.value.byteLength;
        yield next.value;
      }
    } finally {
      await chunks.return?.();
    }
  }

  #allowedMs(): number {
    return this.#init.graceMs + (this.#receivedBytes / this.#init.minBytesPerSecond) * 1000;
  }

  #giveUp(): void {
    this.#controller.abort(
      new ResponseTimeoutError({ url: this.#init.url, phase: 'total', timeoutMs: Math.round(this.#allowedMs()) }),
    );
  }
}
