import { startOfHour } from '@waybill/segments';
import type { MicrosRange, StoredSegmentType } from '@waybill/segments';
import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import { clipRanges, lengthOf } from './flat-ranges.ts';
import { hoursWithin, tally } from './coverage-report.ts';
import { AHEAD_MICROS, holesOf } from './pair-coverage.ts';
import type { PairCoverage } from './pair-coverage.ts';

const HOUR_MICROS = 3_600_000_000;
const TYPES: readonly StoredSegmentType[] = ['full', 'suspect', 'partial'];

/** Whole hours, up to now; with them the number of series does not grow with the archive. */
const WINDOWS: Readonly<Record<string, number>> = { hour: HOUR_MICROS, day: 24 * HOUR_MICROS, all: Infinity };

export interface CoverageMetrics {
  /** Shows a channel and quality as it is now. Series of windows in which nothing is (any more) vanish. */
  show(channel: string, quality: string, coverage: PairCoverage, nowMs: number): void;
  noteError(channel: string, quality: string): void;
}

/**
 * Gauges under the original's names, in seconds and numbers, by window instead of by hour: `hour` is the hour before the
 * current one and what there is of that, `day` the 24 hours before and the current one. What counts begins with the first
 * and ends with the last segment in a window: that a stream began late, or has stopped, makes no hole. Segments from more
 * than an hour ahead of the clock are in no window but `all`.
 */
export function createCoverageMetrics(registry: Registry): CoverageMetrics {
  const pairLabels = ['channel', 'quality'];
  const gauge = (name: string, help: string, labelNames: string[]): Gauge => {
    return new Gauge({ name, help, labelNames, registers: [registry] });
  };
  const windowed = (name: string, help: string): Gauge => gauge(name, help, [...pairLabels, 'window']);
  const typed = (name: string, help: string): Gauge => gauge(name, help, [...pairLabels, 'window', 'type']);
  const rawCoverage = windowed('raw_coverage', 'Seconds that some segment covers');
  const editableCoverage = windowed('editable_coverage', 'Seconds that the best sequence covers');
  const rawHoles = windowed('raw_holes', 'Holes between segments');
  const editableHoles = windowed('editable_holes', 'Holes in the best sequence');
  const missing = windowed('coverage_missing_seconds', 'Seconds in holes between segments');
  const ratio = windowed('coverage_ratio', 'Covered share of the time from the first to the last segment');
  const segmentCount = typed('segment_count', 'Segments by type; bad: names that no grammar takes');
  const segmentDuration = typed('segment_duration', 'Seconds of segments by type, duplicates included');
  const overlapCount = typed('overlap_count', 'Segments that begin before the end of an earlier one');
  const overlapDuration = typed('overlap_duration', 'Seconds that are there more than once');
  const newest = gauge('coverage_newest_segment_timestamp_seconds', 'End of the newest segment', pairLabels);
  const errors = new Counter({
    name: 'coverage_check_errors_total',
    help: 'Checks of the coverage that failed',
    labelNames: pairLabels,
    registers: [registry],
  });
  const windowGauges = [rawCoverage, editableCoverage, rawHoles, editableHoles, missing, ratio];
  const typeGauges = [segmentCount, segmentDuration, overlapCount, overlapDuration];

  const forget = (labels: { channel: string; quality: string; window: string }): void => {
    for (const one of windowGauges) one.remove(labels);
    for (const one of typeGauges) for (const type of [...TYPES, 'bad']) one.remove({ ...labels, type });
  };

  const showWindow = (
    labels: { channel: string; quality: string; window: string },
    coverage: PairCoverage,
    { startMicros, endMicros }: MicrosRange,
  ): void => {
    const [covered, usable] = [coverage.covered, coverage.usable].map((one) => clipRanges(one, startMicros, endMicros));
    const holes = holesOf(covered ?? []);
    const [coveredMicros, lostMicros] = [lengthOf(covered ?? []), lengthOf(holes)];
    rawCoverage.set(labels, coveredMicros / 1e6);
    editableCoverage.set(labels, lengthOf(usable ?? []) / 1e6);
    rawHoles.set(labels, holes.length / 2);
    editableHoles.set(labels, holesOf(usable ?? []).length / 2);
    missing.set(labels, lostMicros / 1e6);
    ratio.set(labels, coveredMicros / (coveredMicros + lostMicros));
    const hours = hoursWithin(coverage, startMicros, endMicros);
    const [stored, overlaps] = [tally(hours.map((hour) => hour.stored)), tally(hours.map((hour) => hour.overlaps))];
    for (const type of TYPES) {
      segmentCount.set({ ...labels, type }, stored[type].count);
      segmentDuration.set({ ...labels, type }, stored[type].micros / 1e6);
      overlapCount.set({ ...labels, type }, overlaps[type].count);
      overlapDuration.set({ ...labels, type }, overlaps[type].micros / 1e6);
    }
    segmentCount.set(
      { ...labels, type: 'bad' },
      hours.reduce((sum, { bad }) => sum + bad, 0),
    );
  };

  return {
    show(channel, quality, coverage, nowMs) {
      const aheadMicros = nowMs * 1000 + AHEAD_MICROS;
      // One that is further ahead would pass for the newest until its date has come, and no alarm tell that the stream has stopped.
      const newestMicros = clipRanges(coverage.covered, -Infinity, aheadMicros).at(-1) ?? coverage.covered.at(-1);
      if (newestMicros === undefined) newest.remove({ channel, quality });
      else newest.set({ channel, quality }, newestMicros / 1e6);
      for (const [window, micros] of Object.entries(WINDOWS)) {
        const labels = { channel, quality, window };
        const range = Number.isFinite(micros)
          ? { startMicros: startOfHour(nowMs * 1000 - micros), endMicros: aheadMicros }
          : { startMicros: -Infinity, endMicros: Infinity };
        if (clipRanges(coverage.covered, range.startMicros, range.endMicros).length === 0) forget(labels);
        else showWindow(labels, coverage, range);
      }
    },
    noteError: (channel, quality) => {
      errors.inc({ channel, quality });
    },
  };
}
