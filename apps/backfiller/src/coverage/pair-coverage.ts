import { parseHour } from '@waybill/segments';
import type { MicrosRange } from '@waybill/segments';
import type { FlatRanges } from './flat-ranges.ts';
import { gapsOf, joinRanges, withoutRanges } from './flat-ranges.ts';
import type { HourCoverage } from './hour-coverage.ts';

/** The coverage of a channel and quality, put together from that of its hours. */
export interface PairCoverage {
  /** Hours in which a segment begins, ascending. */
  readonly hours: ReadonlyMap<string, HourCoverage>;
  readonly covered: FlatRanges;
  readonly usable: FlatRanges;
  /** Covered, but not by a full segment. */
  readonly partial: FlatRanges;
}

/** @param hours ascending; those without a segment may be among them */
export function pairCoverageOf(hours: ReadonlyMap<string, HourCoverage>): PairCoverage {
  const found = new Map([...hours].filter(([, { covered }]) => covered.length > 0));
  const all = [...found.values()];
  const covered = joinRanges(all.map((hour) => hour.covered));
  const full = joinRanges(all.map((hour) => hour.full ?? hour.covered));
  const usable = joinRanges(all.map((hour) => hour.usable ?? hour.covered));
  return { hours: found, covered, usable, partial: withoutRanges(covered, full) };
}

/** What lies between the first and the last covered instant and is not covered. Edges are no holes. */
export function holesOf(ranges: FlatRanges, startMicros = -Infinity, endMicros = Infinity): FlatRanges {
  const [first, last] = [ranges[0], ranges.at(-1)];
  if (first === undefined || last === undefined) return [];
  return gapsOf(ranges, Math.max(first, startMicros), Math.min(last, endMicros));
}

const HOUR_MICROS = 3_600_000_000;
/** A map of more would be wider than browsers show, and one stray hour of the year 1 would make it 100 million pixels wide. */
const MAX_SHOWN_MICROS = 400 * 24 * HOUR_MICROS;

export interface HoursAsked {
  /** Default: the first and the last hour with data. */
  readonly firstHour?: string | undefined;
  readonly lastHour?: string | undefined;
}

/** The hours that a map shows; of more than 400 days the newest. Undefined where there are none. */
export function hoursShown({ hours }: PairCoverage, { firstHour, lastHour }: HoursAsked = {}): MicrosRange | undefined {
  const names = [...hours.keys()];
  const [first, last] = [firstHour ?? names[0], lastHour ?? names.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const endMicros = parseHour(last) + HOUR_MICROS;
  const startMicros = Math.max(parseHour(first), endMicros - MAX_SHOWN_MICROS);
  return endMicros > startMicros ? { startMicros, endMicros } : undefined;
}
