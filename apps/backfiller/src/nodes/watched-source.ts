import { backoffDelayMs, jitter } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import type { RemoteLog } from '../remote/remote-log.ts';
import type { NodeEntry } from './node-entry.ts';
import type { NodeSource } from './node-source.ts';
import { SourceTimeoutError } from './source-timeout-error.ts';

export interface WatchedSourceInit {
  readonly source: NodeSource;
  readonly refreshMs: number;
  readonly timeoutMs: number;
  readonly log: RemoteLog;
  /** Called for every failed refresh and for every refresh with unusable lines. */
  readonly onError: () => void;
}

/** Rejects when the time is over or `signal` fires, even where the source does not listen to its signal. */
const withTimeout = async <T>(
  source: NodeSource,
  timeoutMs: number,
  outer: AbortSignal | undefined,
  list: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const controller = new AbortController();
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  const interrupt = (reason: Error): void => {
    controller.abort(reason);
    reject(reason);
  };
  const onAbort = (): void => {
    interrupt(outer?.reason as Error);
  };
  const timer = setTimeout(() => {
    interrupt(new SourceTimeoutError(source.label, timeoutMs));
  }, timeoutMs);
  outer?.addEventListener('abort', onAbort, { once: true });
  try {
    outer?.throwIfAborted();
    return await Promise.race([list(controller.signal), interrupted]);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', onAbort);
    interrupted.catch(() => undefined);
  }
};

/** One source with what it last said. An outage keeps that, is logged in one line, and its end in another. */
export class WatchedSource {
  readonly #init: WatchedSourceInit;
  #entries: readonly NodeEntry[] = [];
  #failures = 0;
  #problems = '';

  constructor(init: WatchedSourceInit) {
    this.#init = init;
  }

  /** The last known nodes of this source; empty before its first answer. */
  get entries(): readonly NodeEntry[] {
    return this.#entries;
  }

  /** Asks once. Resolves to the milliseconds to wait before asking again; rejects only when cancelled. */
  async refresh(options: AbortOptions = {}): Promise<number> {
    const { source, timeoutMs, refreshMs } = this.#init;
    try {
      const { entries, problems } = await withTimeout(source, timeoutMs, options.signal, (signal) =>
        source.list({ signal }),
      );
      this.#entries = entries;
      this.#noteProblems(problems);
      this.#noteSuccess();
      return jitter(refreshMs);
    } catch (error) {
      options.signal?.throwIfAborted();
      return this.#noteFailure(error);
    }
  }

  #noteSuccess(): void {
    if (this.#failures > 0)
      this.#init.log.info({ source: this.#init.source.label, failures: this.#failures }, 'Getting nodes works again');
    this.#failures = 0;
  }

  /** The waiting times of spec 1.4, but never longer than a regular refresh would take to notice the recovery. */
  #noteFailure(error: unknown): number {
    this.#failures += 1;
    this.#init.onError();
    const delayMs = Math.min(backoffDelayMs(this.#failures), jitter(this.#init.refreshMs));
    if (this.#failures === 1) {
      const fields = { source: this.#init.source.label, err: error, keptNodes: this.#entries.length };
      this.#init.log.warn(fields, `Getting nodes failed. Retrying in ${(delayMs / 1000).toFixed(0)} s`);
    }
    return delayMs;
  }

  #noteProblems(problems: readonly string[]): void {
    const text = problems.join('\n');
    if (problems.length > 0) this.#init.onError();
    if (text !== this.#problems && problems.length > 0) {
      this.#init.log.warn(
        { source: this.#init.source.label, problems: problems.slice(0, 20), count: problems.length },
        'Some nodes cannot be used',
      );
    }
    this.#problems = text;
  }
}
