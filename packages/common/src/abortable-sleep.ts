import type { AbortOptions } from './abort-options.ts';

/** A timer that is asked for more than this fires at once (2^31 - 1 ms, 24.8 days). */
const LONGEST_TIMER_MS = 2_147_483_647;

/** Waits; rejects with the signal's reason as soon as it aborts, and leaves neither timer nor listener behind. */
export async function abortableSleep(ms: number, { signal }: AbortOptions = {}): Promise<void> {
  signal?.throwIfAborted();
  for (let left = ms; left > LONGEST_TIMER_MS; left -= LONGEST_TIMER_MS) await sleepOnce(LONGEST_TIMER_MS, signal);
  await sleepOnce(ms > LONGEST_TIMER_MS ? ms % LONGEST_TIMER_MS : ms, signal);
}

function sleepOnce(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    signal?.addEventListener('abort', stop, { once: true });
  });
}
