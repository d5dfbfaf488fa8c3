import type { StoredSegmentType } from '@waybill/segments';
import { parseHour } from '@waybill/segments';
import { formatMicros } from '../serve/query-time.ts';
import { clipRanges, lengthOf, pairsOf } from './flat-ranges.ts';
import type { FlatRanges } from './flat-ranges.ts';
import type { CountsByType, HourCoverage } from './hour-coverage.ts';
import { holesOf } from './pair-coverage.ts';
import type { PairCoverage, ShownCoverage } from './pair-coverage.ts';

export interface SegmentTally {
  readonly count: number;
  readonly micros: number;
}

export interface ReportedRange {
  readonly start: string;
  readonly end: string;
  readonly micros: number;
}

/** Coverage of some hours. Covered + missing = that part of them which lies between the archive's first and last instant. */
export interface CoverageReport {
  readonly channel: string;
  readonly quality: string;
  /** The hours that the map shows. */
  readonly start: string;
  readonly end: string;
  /** Where the archive begins and ends, whatever of it the map shows. */
  readonly coveredFrom: string;
  readonly coveredTo: string;
  /** How many hours with segments are more than an hour ahead of the clock, and therefore not shown unless they are asked for. */
  readonly hoursAhead: number;
  /** What the best segment of each start covers, gaps of up to 10 ms included. */
  readonly coveredMicros: number;
  /** Covered, but not by a full segment. */
  readonly partialMicros: number;
  readonly missingMicros: number;
  /** By the best sequence of each hour, from which segments that overlap are left out: what a cut would use. */
  readonly usable: { readonly coveredMicros: number; readonly holes: number };
  readonly segments: Readonly<Record<StoredSegmentType, SegmentTally>>;
  readonly overlaps: Readonly<Record<StoredSegmentType, SegmentTally>>;
  /** Names that no grammar takes. */
  readonly badNames: number;
  readonly holes: readonly ReportedRange[];
  readonly partials: readonly ReportedRange[];
}

export function coverageReport(
  channel: string,
  quality: string,
  { coverage, range: { startMicros, endMicros }, hoursAhead }: ShownCoverage,
): CoverageReport {
  const clip = (ranges: FlatRanges): FlatRanges => clipRanges(ranges, startMicros, endMicros);
  const holes = holesOf(coverage.covered, startMicros, endMicros);
  const partials = clip(coverage.partial);
  const hours = hoursWithin(coverage, startMicros, endMicros);
  return {
    ...{ channel, quality, start: formatMicros(startMicros), end: formatMicros(endMicros) },
    coveredFrom: formatMicros(coverage.covered[0] ?? startMicros),
    coveredTo: formatMicros(coverage.covered.at(-1) ?? startMicros),
    hoursAhead,
    coveredMicros: lengthOf(clip(coverage.covered)),
    partialMicros: lengthOf(partials),
    missingMicros: lengthOf(holes),
    usable: {
      coveredMicros: lengthOf(clip(coverage.usable)),
      holes: holesOf(coverage.usable, startMicros, endMicros).length / 2,
    },
    segments: tally(hours.map(({ stored }) => stored)),
    overlaps: tally(hours.map(({ overlaps }) => overlaps)),
    badNames: hours.reduce((sum, { bad }) => sum + bad, 0),
    holes: pairsOf(holes).map(reported),
    partials: pairsOf(partials).map(reported),
  };
}

export function hoursWithin({ hours }: PairCoverage, startMicros: number, endMicros: number): HourCoverage[] {
  return [...hours].flatMap(([hour, coverage]) => {
    const micros = parseHour(hour);
    return micros >= startMicros && micros < endMicros ? [coverage] : [];
  });
}

/** Sums by type. */
export function tally(counts: readonly CountsByType[]): Record<StoredSegmentType, SegmentTally> {
  const sumOf = (type: StoredSegmentType): SegmentTally => ({
    count: counts.reduce((sum, by) => sum + by[type][0], 0),
    micros: counts.reduce((sum, by) => sum + by[type][1], 0),
  });
  return { full: sumOf('full'), suspect: sumOf('suspect'), partial: sumOf('partial') };
}

function reported([startMicros, endMicros]: [number, number]): ReportedRange {
  return { start: formatMicros(startMicros), end: formatMicros(endMicros), micros: endMicros - startMicros };
}
