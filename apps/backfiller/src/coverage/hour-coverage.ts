import { bestOfHour, formatHour, joinHours, parseHour, rawCoverageOf } from '@waybill/segments';
import type { HourSequence, SelectedSegment, Sequence, SizeOf, StoredSegmentType } from '@waybill/segments';
import type { FlatRanges } from './flat-ranges.ts';
import { appendRange } from './flat-ranges.ts';
import { scanPlainHour } from './scan-plain-hour.ts';

/** A number of segments and the sum of their nominal durations. */
export type CountAndMicros = readonly [count: number, micros: number];
export type CountsByType = Readonly<Record<StoredSegmentType, CountAndMicros>>;

/** What an hour directory adds to the coverage. Times are micros since the epoch; a segment may reach beyond the hour. */
export interface HourCoverage {
  /** By the best segment of each start: what is there. */
  readonly covered: FlatRanges;
  /** By full ones of them. Undefined: the same. */
  readonly full?: FlatRanges | undefined;
  /** By the best sequence of the hour: what a cut would use. Undefined: the same as `covered`. */
  readonly usable?: FlatRanges | undefined;
  readonly stored: CountsByType;
  /** Segments that are there twice, and the time that is. */
  readonly overlaps: CountsByType;
  /** Names ending in `.ts` that no grammar takes. */
  readonly bad: number;
  /** Best segments that reach into the next hour: what that hour's answer depends on besides its own names. */
  readonly tail: readonly string[];
}

const HOUR_MICROS = 3_600_000_000;
const NONE: CountAndMicros = [0, 0];
const NO_COUNTS: CountsByType = { full: NONE, suspect: NONE, partial: NONE };

/**
 * Coverage by the names of an hour directory (spec 1.3 and 1.5). `tailBefore` is the tail of the hour before.
 *
 * @param sizeOf asked where the size of files decides which of them counts, which is rare
 * @param exactNames asked where `names` are not all plain ASCII, as which they may have been decoded; default the same
 */
export function hourCoverageOf(
  hour: string,
  names: readonly string[],
  tailBefore: readonly string[],
  sizeOf: SizeOf,
  exactNames: () => readonly string[] = () => names,
): HourCoverage {
  const hourMicros = parseHour(hour);
  // The first hour that can be named has none before it.
  const before = bestOfHour(tailBefore.length === 0 ? hour : formatHour(hourMicros - HOUR_MICROS), tailBefore);
  const plain = scanPlainHour(names, hourMicros, reachOf(before));
  if (plain === undefined) return ofSequence(bestOfHour(hour, exactNames(), { sizeOf }), before);
  const { covered, count, micros, lastName } = plain;
  const reaches = (covered.at(-1) ?? -Infinity) > hourMicros + HOUR_MICROS;
  return {
    covered,
    stored: { ...NO_COUNTS, full: [count, micros] },
    overlaps: NO_COUNTS,
    bad: 0,
    tail: reaches ? [lastName] : [],
  };
}

function reachOf({ segments }: HourSequence): number {
  return segments.reduce((reach, { endMicros }) => Math.max(reach, endMicros), -Infinity);
}

function ofSequence(hour: HourSequence, before: HourSequence): HourCoverage {
  const endMicros = hour.hourMicros + HOUR_MICROS;
  const { stored, overlaps } = rawCoverageOf([before, hour], hour.hourMicros, endMicros);
  return {
    covered: rangesOf(hour.segments),
    full: rangesOf(hour.segments.filter(({ type }) => type === 'full')),
    usable: rangesOf(joinHours([before, hour], hour.hourMicros, endMicros).filter(isSegment)),
    stored: countsOf(stored),
    overlaps: countsOf(overlaps),
    bad: hour.unparsableNames.length,
    tail: hour.segments.filter((segment) => segment.endMicros > endMicros).map(({ name }) => name),
  };
}

function isSegment(item: Sequence[number]): item is SelectedSegment {
  return item !== null;
}

function rangesOf(segments: readonly SelectedSegment[]): FlatRanges {
  const ranges: number[] = [];
  for (const { startMicros, endMicros, cutMicros } of segments)
    appendRange(ranges, startMicros, cutMicros ?? endMicros);
  return ranges;
}

function countsOf(tallies: Readonly<Record<StoredSegmentType, { count: number; micros: number }>>): CountsByType {
  const pair = (type: StoredSegmentType): CountAndMicros => [tallies[type].count, tallies[type].micros];
  return { full: pair('full'), suspect: pair('suspect'), partial: pair('partial') };
}
