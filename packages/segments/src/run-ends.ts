import type { SelectedSegment } from './selected-segment.ts';
import { TOLERANCE_MICROS } from './tolerance.ts';

/**
 * For each segment the index of the last one of its run: full segments that meet each other within 10 ms. Whoever places
 * one of a run places the rest of it too, without a look at each, as long as the range goes on.
 */
export function runEndsOf(segments: readonly SelectedSegment[]): Uint32Array {
  const ends = new Uint32Array(segments.length);
  let next: SelectedSegment | undefined;
  for (let index = segments.length - 1; index >= 0; index -= 1) {
    const segment = segments[index];
    const goesOn = segment !== undefined && next !== undefined && isFollowedBy(segment, next);
    ends[index] = goesOn ? (ends[index + 1] ?? index) : index;
    next = segment;
  }
  return ends;
}

/** Ends never fall within a run: where its last segment does not reach the end of a range, none does. */
function isFollowedBy(segment: SelectedSegment, next: SelectedSegment): boolean {
  const meets = Math.abs(next.startMicros - segment.endMicros) <= TOLERANCE_MICROS;
  return meets && segment.type === 'full' && next.type === 'full' && next.endMicros >= segment.endMicros;
}
