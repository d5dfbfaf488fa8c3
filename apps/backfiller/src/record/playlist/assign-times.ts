/** What of a segment decides when it starts. */
export interface Timed {
  readonly durationMicros: number;
  /** Its own PROGRAM-DATE-TIME. */
  readonly ownMicros: number | undefined;
  readonly discontinuity: boolean;
}

export interface AssignedTime {
  readonly startMicros: number | undefined;
  readonly skewMicros: number;
}

/**
 * Start times of a row of segments: a time holds for its segment, is carried forward by durations to those behind it, over discontinuities too,
 * and backward from the first one to those before it (RFC 8216 section 6.3.3). All undefined where there is no time at all.
 */
export function assignTimes(segments: readonly Timed[]): AssignedTime[] {
  const times: AssignedTime[] = [];
  let next = backwardStart(segments);
  let anchored = false;
  for (const { ownMicros, durationMicros, discontinuity } of segments) {
    const startMicros = ownMicros ?? next;
    const expected = anchored && !discontinuity ? next : undefined;
    const isSaid = ownMicros !== undefined && expected !== undefined;
    times.push({ startMicros, skewMicros: isSaid ? ownMicros - expected : 0 });
    anchored ||= ownMicros !== undefined;
    next = startMicros === undefined ? undefined : startMicros + durationMicros;
  }
  return times;
}

/** Where the first segment starts, counted back from the first time that is said. */
function backwardStart(segments: readonly Timed[]): number | undefined {
  let before = 0;
  for (const { ownMicros, durationMicros } of segments) {
    if (ownMicros !== undefined) return ownMicros - before;
    before += durationMicros;
  }
  return undefined;
}
