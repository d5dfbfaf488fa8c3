import type { AbortOptions } from '@waybill/common';

export interface RunParallelOptions extends AbortOptions {
  /** Items that are worked on at a time. */
  concurrency: number;
}

/**
 * Works on each item, begun in their order. The first failure aborts the signal that the others got; it is thrown when all have
 * ended, so that nothing runs on afterwards.
 */
export async function runParallel<T>(
  items: readonly T[],
  { concurrency, signal }: RunParallelOptions,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const either = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  const queue = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    try {
      // An iterator of an array goes on where another loop over it has stopped.
      for (const item of queue) {
        either.throwIfAborted();
        await work(item, either);
      }
    } catch (error) {
      if (!failed.signal.aborted) failed.abort(error);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
  signal?.throwIfAborted();
  failed.signal.throwIfAborted();
}
