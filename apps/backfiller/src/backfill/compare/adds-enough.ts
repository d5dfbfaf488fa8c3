import type { IntervalSet } from './interval-set.ts';

/** Segments overlap by some milliseconds without being at odds; selection has the same tolerance (spec 1.3). */
const TOLERANCE_MICROS = 10_000;

/**
 * Whether a segment brings at least as much as it overlaps of the full segments that are here. Selection takes the
 * segment that starts first and drops what overlaps it (spec 1.3): without this rule, a made-up segment that starts one
 * microsecond earlier than a good one would hide it, and one that claims to last a minute would hide the minute.
 */
export const addsEnough = (
  here: IntervalSet,
  neighbours: readonly IntervalSet[],
  startMicros: number,
  durationMicros: number,
): boolean => {
  const endMicros = startMicros + durationMicros;
  let overlap = here.overlap(startMicros, endMicros);
  for (const intervals of neighbours) overlap += intervals.overlap(startMicros, endMicros);
  return overlap <= TOLERANCE_MICROS || overlap * 2 <= durationMicros;
};
