import { ResponseTimeoutError } from '@waybill/http-kit';
import { RemoteReplyInvalidError } from './remote-reply-invalid-error.ts';

export interface ThroughputGuardInit {
  /** Shown in errors. */
  readonly node: string;
  readonly path: string;
  readonly graceMs: number;
  readonly minBytesPerSecond: number;
}

/**
 * A body in pieces of one byte costs us a thousand times what it costs its sender: 16 MiB of it are minutes of CPU. No
 * server makes pieces this small on average; the first ones are free, so that a short body may.
 */
const FREE_CHUNKS = 10_000;
const LEAST_MEAN_CHUNK_BYTES = 64;

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
  #receivedChunks = 0;

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
        this.#note(next.value);
        yield next.value;
      }
    } finally {
      await chunks.return?.();
    }
  }

  #note({ byteLength }: Uint8Array): void {
    this.#receivedBytes += byteLength;
    this.#receivedChunks += 1;
    if (this.#receivedChunks <= FREE_CHUNKS + this.#receivedBytes / LEAST_MEAN_CHUNK_BYTES) return;
    const { node, path } = this.#init;
    throw new RemoteReplyInvalidError({ node, path, problem: 'a body in pieces of a few bytes' });
  }

  #allowedMs(): number {
    return this.#init.graceMs + (this.#receivedBytes / this.#init.minBytesPerSecond) * 1000;
  }

  #giveUp(): void {
    const { node, path } = this.#init;
    const timeoutMs = Math.round(this.#allowedMs());
    this.#controller.abort(new ResponseTimeoutError({ url: node + path, phase: 'total', timeoutMs }));
  }
}
