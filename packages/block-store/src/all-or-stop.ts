import type { AbortOptions } from '@waybill/common';

/**
 * Runs work for each item at once, and gives the results in their order. When one has failed, or the caller aborts, the signal
 * of all others aborts; this rejects with the first failure, and only when none is under way any more.
 */
export async function allOrStop<T, R>(
  items: readonly T[],
  work: (item: T, options: AbortOptions) => Promise<R>,
  { signal }: AbortOptions = {},
): Promise<R[]> {
  signal?.throwIfAborted();
  const stop = new AbortController();
  const abort = (): void => stop.abort(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  const running = items.map((item) =>
    work(item, { signal: stop.signal }).catch((error: unknown) => {
      stop.abort(error);
      throw error;
    }),
  );
  const settled = await Promise.allSettled(running);
  signal?.removeEventListener('abort', abort);
  // The reason of the first abort is the first failure, or that of the caller.
  if (stop.signal.aborted) throw stop.signal.reason;
  return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}
