import { setImmediate } from 'node:timers/promises';
import type { AbortOptions } from '@waybill/common';

/** So long other work of the process may have to wait. */
const SLICE_MS = 2;

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
  for (const item of items) {
    work(item);
    // After each: while a journal is being written, one such call may take milliseconds, and a look at the clock never does.
    if (performance.now() < untilMs) continue;
    await setImmediate();
    signal?.throwIfAborted();
    untilMs = performance.now() + SLICE_MS;
  }
}
