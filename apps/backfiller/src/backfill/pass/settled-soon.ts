import { setTimeout as sleep } from 'node:timers/promises';

/** In-flight segments vanish at once when cancelled; what does not heed its signal gets this long: all ends within 5 s. */
export const GRACE_MS = 4000;

/**
 * Waits for work, but after an abort only for a while: something that does not heed its signal must not keep the
 * process from ending. Rejects as the work does.
 */
export const settledSoon = async (work: Promise<unknown>, signal: AbortSignal, graceMs: number): Promise<void> => {
  const over = new AbortController();
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true, signal: over.signal });
  });
  const tooLong = aborted.then(() => sleep(graceMs, undefined, { signal: over.signal })).catch(() => undefined);
  try {
    await Promise.race([work, tooLong]);
  } finally {
    over.abort();
  }
};
