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
  // One listener, and a promise for each step: a race against one long-lived promise would leave a reaction on it at each
  // step (256 bytes a chunk, until the end).
  let rejectStep: (reason: unknown) => void = () => undefined;
  const abort = (): void => rejectStep(signal?.reason);
  const step = (): Promise<IteratorResult<T, unknown>> =>
    new Promise((resolve, reject) => {
      rejectStep = reject;
      if (signal?.aborted === true) reject(signal.reason as Error);
      else iterator.next().then(resolve, reject);
    });
  signal?.addEventListener('abort', abort, { once: true });
  let running = true;
  try {
    for (;;) {
      const result = await step();
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
