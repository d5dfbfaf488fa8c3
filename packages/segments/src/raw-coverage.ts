import type { HourSequence } from './best-of-hour.ts';
import type { Coverage } from './coverage.ts';
import { coverageOfSegments } from './coverage.ts';
import type { MicrosRange } from './micros-range.ts';
import type { StoredSegmentType } from './segment-type.ts';
import type { SelectedSegment } from './selected-segment.ts';
import { TOLERANCE_MICROS } from './tolerance.ts';

/** A number of segments, and a time. */
export interface Tally {
  readonly count: number;
  readonly micros: number;
}

export type TallyByType = Readonly<Record<StoredSegmentType, Tally>>;

export interface RawCoverage extends Coverage {
  /** Stored segments that begin in the range, duplicates too, with their nominal durations. */
  readonly stored: TallyByType;
  /**
   * Those of them that begin more than 10 ms before the end of what was chosen up to there, with the time that is there
   * twice: segments that overlap an earlier one, and those that lost to a better one of the same start.
   */
  readonly overlaps: TallyByType;
}

/**
 * Coverage of [startMicros, endMicros) by the best segment of each start ("raw" in wubloader's words): where they overlap,
 * each counts for what it covers. `hours` ascending, with the hour before the range, whose last segment may reach into it.
 */
export function rawCoverageOf(hours: readonly HourSequence[], startMicros: number, endMicros: number): RawCoverage {
  const bounds = { startMicros, endMicros: Math.max(startMicros, endMicros) };
  const best = hours.flatMap((hour) => hour.segments);
  return { ...coverageOfSegments(best, bounds), ...talliesOf(hours, bounds) };
}

function talliesOf(hours: readonly HourSequence[], bounds: MicrosRange): Pick<RawCoverage, 'stored' | 'overlaps'> {
  const [stored, overlaps] = [new Tallies(bounds), new Tallies(bounds)];
  let reachMicros = -Infinity;
  for (const { segment, isBest } of byStart(hours)) {
    stored.add(segment, segment.durationMicros);
    const isOverlap = reachMicros - segment.startMicros > TOLERANCE_MICROS;
    if (isOverlap) overlaps.add(segment, Math.min(segment.endMicros, reachMicros) - segment.startMicros);
    if (isBest) reachMicros = Math.max(reachMicros, segment.endMicros);
  }
  return { stored: stored.byType, overlaps: overlaps.byType };
}

interface RankedSegment {
  readonly segment: SelectedSegment;
  readonly isBest: boolean;
}

/** All stored segments by start; the sort is stable, so that of one start the best comes first. */
function byStart(hours: readonly HourSequence[]): RankedSegment[] {
  const best = hours.flatMap((hour) => hour.segments.map((segment) => ({ segment, isBest: true })));
  const duplicates = hours.flatMap((hour) => hour.duplicates.map((segment) => ({ segment, isBest: false })));
  return [...best, ...duplicates].sort((a, b) => a.segment.startMicros - b.segment.startMicros);
}

/** Counts segments that begin inside the bounds, by type. */
class Tallies {
  readonly byType = { full: emptyTally(), suspect: emptyTally(), partial: emptyTally() };
  readonly #bounds: MicrosRange;

  constructor(bounds: MicrosRange) {
    this.#bounds = bounds;
  }

  add(segment: SelectedSegment, micros: number): void {
    if (segment.startMicros < this.#bounds.startMicros || segment.startMicros >= this.#bounds.endMicros) return;
    const tally = this.byType[segment.type];
    tally.count += 1;
    tally.micros += micros;
  }
}

function emptyTally(): { count: number; micros: number } {
  return { count: 0, micros: 0 };
}

/** From the first start to the last end of what is stored; undefined where nothing is. A range to ask for the coverage of. */
export function extentOf(hours: readonly HourSequence[]): MicrosRange | undefined {
  let [startMicros, endMicros] = [Infinity, -Infinity];
  for (const segment of hours.flatMap((hour) => hour.segments)) {
    startMicros = Math.min(startMicros, segment.startMicros);
    endMicros = Math.max(endMicros, segment.endMicros);
  }
  return startMicros <= endMicros ? { startMicros, endMicros } : undefined;
}
