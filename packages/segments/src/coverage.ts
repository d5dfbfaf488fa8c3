import type { MicrosRange } from './micros-range.ts';
import { clipRange, differenceOfRanges, totalMicros, unionOfRanges } from './micros-range.ts';
import type { SelectedSegment } from './selected-segment.ts';
import { usedEndMicros } from './selected-segment.ts';
import type { Sequence } from './sequence-builder.ts';
import { TOLERANCE_MICROS } from './tolerance.ts';

/**
 * How much of a range is there. Exact: coveredMicros + toleratedMicros + the sum of the holes = the length of the range.
 * Segments count with their nominal duration: how much of a partial's is really in its file, only the file could tell.
 */
export interface Coverage extends MicrosRange {
  /** Time that some segment covers. */
  readonly coveredMicros: number;
  /** Time in gaps of up to 10 ms, which are no holes; also at the edges of the range. */
  readonly toleratedMicros: number;
  /** Gaps of more than 10 ms, ascending. */
  readonly holes: readonly MicrosRange[];
  /** Covered time that no full segment covers, and where it is, ascending. */
  readonly partialMicros: number;
  readonly partials: readonly MicrosRange[];
  /** Segments of which some time lies in the range. */
  readonly segmentCount: number;
  /** Those of them that are suspect or partial. */
  readonly partialCount: number;
}

/**
 * Coverage of [startMicros, endMicros) by a sequence, as selectBestSequence and joinHours give it ("editable" in wubloader's
 * words: segments that the selection passed over do not count). Where a segment is cut, it ends there.
 */
export function coverageOf(sequence: Sequence, startMicros: number, endMicros: number): Coverage {
  return coverageOfSegments(
    sequence.filter((item) => item !== null),
    { startMicros, endMicros: Math.max(startMicros, endMicros) },
  );
}

/** Coverage of the bounds by segments in any order, that may overlap. */
export function coverageOfSegments(segments: readonly SelectedSegment[], bounds: MicrosRange): Coverage {
  const ranges: MicrosRange[] = [];
  const fullRanges: MicrosRange[] = [];
  for (const segment of segments) {
    const range = clipRange(segment.startMicros, usedEndMicros(segment), bounds);
    if (range === undefined) continue;
    ranges.push(range);
    if (segment.type === 'full') fullRanges.push(range);
  }
  const covered = unionOfRanges(ranges);
  const gaps = differenceOfRanges(bounds.startMicros < bounds.endMicros ? [bounds] : [], covered);
  const holes = gaps.filter((gap) => gap.endMicros - gap.startMicros > TOLERANCE_MICROS);
  const partials = differenceOfRanges(covered, unionOfRanges(fullRanges));
  return {
    startMicros: bounds.startMicros,
    endMicros: bounds.endMicros,
    coveredMicros: totalMicros(covered),
    toleratedMicros: totalMicros(gaps) - totalMicros(holes),
    holes,
    partialMicros: totalMicros(partials),
    partials,
    segmentCount: ranges.length,
    partialCount: ranges.length - fullRanges.length,
  };
}
