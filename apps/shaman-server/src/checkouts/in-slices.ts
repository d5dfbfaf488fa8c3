import { setImmediate } from 'node:timers/promises';
import type { AbortOptions } from '@waybill/common';

/** So long other work of the process may have to wait. */
const SLICE_MS = 4;
/** A look at the clock costs about as much as one of these calls on a warm cache. */
const LOOK_EVERY = 16;

/**
 * Does many short synchronous calls, with room for other work in between. Ten thousand trips through the thread pool for
 * calls that only touch the page cache would take several times as long.
 */
export async function inSlices<T>(
  items: Iterable<T>,
  work: (item: T) => void,
  { signal }: AbortOptions = {},
): Promise<void> {
  let untilMs = performance.now() + SLICE_MS;
  let done = 0;
  for (const item of items) {
    work(item);
    done += 1;
    if (done % LOOK_EVERY !== 0 || performance.now() < untilMs) continue;
    await setImmediate();
    signal?.throwIfAborted();
    untilMs = performance.now() + SLICE_MS;
  }
}
