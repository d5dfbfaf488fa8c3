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

/** Clocks differ; what is further ahead of ours was dated by one that was wrong. */
export const AHEAD_MICROS = HOUR_MICROS;

export interface HoursAsked {
  /** Default: the first hour with data. */
  readonly firstHour?: string | undefined;
  /** Default: the last hour with data that is at most an hour ahead of the clock; where all are, it is the clock that is wrong. */
  readonly lastHour?: string | undefined;
}

/** What a map shows, and the report to it. */
export interface ShownCoverage {
  readonly coverage: PairCoverage;
  /** Whole hours. */
  readonly range: MicrosRange;
  /** Hours with data that were left out of it, since they are further ahead of the clock. */
  readonly hoursAhead: number;
}

/** Undefined where there is nothing to show. Of more than 400 days, the newest are shown. */
export function shownOf(all: PairCoverage, asked: HoursAsked = {}, nowMs = Date.now()): ShownCoverage | undefined {
  const coverage = asked.lastHour === undefined ? upToNow(all, nowMs) : all;
  const range = rangeOf(coverage, asked);
  return range && { coverage, range, hoursAhead: all.hours.size - coverage.hours.size };
}

function upToNow(all: PairCoverage, nowMs: number): PairCoverage {
  const aheadMicros = nowMs * 1000 + AHEAD_MICROS;
  const hours = [...all.hours].filter(([hour]) => parseHour(hour) <= aheadMicros);
  return hours.length === 0 || hours.length === all.hours.size ? all : pairCoverageOf(new Map(hours));
}

function rangeOf({ hours }: PairCoverage, { firstHour, lastHour }: HoursAsked): MicrosRange | undefined {
  const names = [...hours.keys()];
  const [first, last] = [firstHour ?? names[0], lastHour ?? names.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const endMicros = parseHour(last) + HOUR_MICROS;
  const startMicros = Math.max(parseHour(first), endMicros - MAX_SHOWN_MICROS);
  return endMicros > startMicros ? { startMicros, endMicros } : undefined;
}
