import type { StoredSegmentType } from './segment-type.ts';
import type { SelectedSegment } from './selected-segment.ts';
import { TOLERANCE_MICROS } from './tolerance.ts';

const RANK: Readonly<Record<StoredSegmentType, number>> = { partial: 0, suspect: 1, full: 2 };

/**
 * Finds the segment that takes over from a bad one (suspect or partial) that was just chosen: the index of the first
 * candidate which
 *   1. is of a better type (full before suspect before partial),
 *   2. begins inside the bad one, more than 10 ms before its end (or else it follows by the ordinary rules), and in the range,
 *   3. ends no earlier than it,
 *   4. leaves room, to 10 ms, for the segment that would follow the bad one by the ordinary rules, if any follows in the range:
 *      it neither overlaps that one by more, nor reaches the end of the range before its turn comes.
 * Why 4: a segment from another grid of cuts may reach into the middle of a good one; taking it would lose more than it
 * brings. With it, the sequence from there on is the one that wubloader chooses, so that nothing is ever worse than there.
 */
export function findTakeOver(
  candidates: readonly SelectedSegment[],
  index: number,
  endMicros: number,
): number | undefined {
  const bad = candidates[index];
  if (bad === undefined || bad.type === 'full') return undefined;
  const reachMicros = bad.endMicros - TOLERANCE_MICROS;
  const follower = indexFrom(
    candidates,
    index + 1,
    ({ startMicros: start }) => start >= Math.min(reachMicros, endMicros),
  );
  const latestEndMicros = latestEnd(bad, candidates[follower], endMicros);
  const winner = indexFrom(
    candidates,
    index + 1,
    (candidate) =>
      RANK[candidate.type] > RANK[bad.type] &&
      candidate.endMicros >= bad.endMicros &&
      candidate.endMicros <= latestEndMicros,
    follower,
  );
  return winner < follower ? winner : undefined;
}

/** The latest end that leaves room for what follows the bad segment inside the range; Infinity where nothing does. */
function latestEnd(bad: SelectedSegment, follower: SelectedSegment | undefined, endMicros: number): number {
  if (follower === undefined || bad.endMicros >= endMicros || follower.startMicros >= endMicros) return Infinity;
  return Math.min(follower.startMicros + TOLERANCE_MICROS, endMicros - 1);
}

/** Index of the first element from `from` on that passes; `to` where none does. */
function indexFrom(
  candidates: readonly SelectedSegment[],
  from: number,
  passes: (candidate: SelectedSegment) => boolean,
  to = candidates.length,
): number {
  for (let index = from; index < to; index += 1) {
    const candidate = candidates[index];
    if (candidate !== undefined && passes(candidate)) return index;
  }
  return to;
}
