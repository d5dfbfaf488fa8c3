import { setImmediate } from 'node:timers/promises';
import type { AbortOptions } from '@waybill/common';

/** So long may a loop keep the process from its other work: well under what a request would notice. */
const SLICE_MS = 1;

/** An abort in the same turn as the call has to be heeded, also by loops that are quick. */
const FIRST_SLICE_VISITS = 64;

/** Between two looks at the clock, which cost as much as a short visit. */
const VISITS_PER_LOOK = 8;

/** Visits each item in turn, in slices of some milliseconds, between which the process gets to its other work. */
export async function visitEach<T>(
  items: readonly T[],
  visit: (item: T, index: number) => void,
  { signal }: AbortOptions = {},
): Promise<void> {
  signal?.throwIfAborted();
  let sliceEnd = performance.now() + SLICE_MS;
  // By index: `entries()` would make a pair for each item.
  for (let index = 0; index < items.length; index += 1) {
    if (index === FIRST_SLICE_VISITS || (index % VISITS_PER_LOOK === 0 && performance.now() > sliceEnd)) {
      await setImmediate();
      signal?.throwIfAborted();
      sliceEnd = performance.now() + SLICE_MS;
    }
    visit(items[index] as T, index);
  }
}
