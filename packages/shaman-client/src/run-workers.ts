import { type AbortOptions, Fifo } from '@waybill/common';

export interface RunWorkersOptions extends AbortOptions {
  /** How many items are worked on at a time. */
  concurrency: number;
}

/**
 * Works on each item, in their order. The first failure aborts the signal that the others got; it is thrown when all have
 * ended, so that nothing runs on afterwards. `work` may resolve with `stop`: no further item is begun then.
 */
export async function runWorkers<T>(
  items: Iterable<T>,
  { concurrency, signal }: RunWorkersOptions,
  work: (item: T, signal: AbortSignal) => Promise<'stop' | undefined>,
): Promise<void> {
  const queue = new Fifo<T>();
  for (const item of items) queue.push(item);
  const failed = new AbortController();
  const either = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  const worker = async (): Promise<void> => {
    try {
      while (queue.size > 0) {
        either.throwIfAborted();
        if ((await work(queue.shift() as T, either)) === 'stop') queue.clear();
      }
    } catch (error) {
      failed.abort(error);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, queue.size) }, worker));
  signal?.throwIfAborted();
  failed.signal.throwIfAborted();
}
