import { parseHour } from '@waybill/segments';
import type { Query } from './query.ts';
import { firstOf } from './query.ts';
import { parseOptionalTime } from './query-time.ts';

export interface QueriedRange {
  readonly startMicros: number;
  readonly endMicros: number;
  /** False where `start` or `end` was not given, and comes from the hours that are there. */
  readonly explicit: boolean;
  readonly explicitStart: boolean;
  readonly explicitEnd: boolean;
}

const HOUR_MICROS = 3_600_000_000;

/**
 * `start` and `end` of a query. A missing start is that of the first hour; a missing end is `openHours` after the start
 * of the last hour. Undefined where one is missing and there is no hour. Throws QueryInvalidError.
 *
 * @param hours ascending
 */
export function rangeOfQuery(query: Query, hours: readonly string[], openHours: number): QueriedRange | undefined {
  const start = parseOptionalTime('start', firstOf(query, 'start'));
  const end = parseOptionalTime('end', firstOf(query, 'end'));
  const [first, last] = [hours[0], hours.at(-1)];
  if (first === undefined || last === undefined) {
    if (start === undefined || end === undefined) return undefined;
  }
  return {
    startMicros: start ?? parseHour(first ?? ''),
    endMicros: end ?? parseHour(last ?? '') + openHours * HOUR_MICROS,
    explicit: start !== undefined && end !== undefined,
    explicitStart: start !== undefined,
    explicitEnd: end !== undefined,
  };
}
