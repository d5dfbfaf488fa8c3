import type { AbortOptions } from './abort-options.ts';

/**
 * Passes a source on until the signal aborts, then rejects with its reason at once, also while the source gives nothing.
 * The source is told to end, but not waited for: it may be stuck.
 */
export async function* abortableIterable<T>(
  source: AsyncIterable<T>,
  { signal }: AbortOptions = {},
): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  aborted.catch(() => undefined);
  const abort = (): void => reject(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  let running = true;
  try {
    signal?.throwIfAborted();
    for (;;) {
      const result = await Promise.race([iterator.next(), aborted]);
      if (result.done === true) {
        running = false;
        return;
      }
      yield result.value;
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    if (running) iterator.return?.().catch(() => undefined);
  }
}
