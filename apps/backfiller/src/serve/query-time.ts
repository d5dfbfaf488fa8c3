import { formatHour } from '@waybill/segments';
import { QueryInvalidError } from './serve-errors.ts';

/*
 * Times as a restreamer takes them: ISO 8601, leniently. Date alone or with a time down to the hour, minute, second or
 * fraction; `T` or a space between; basic form without separators too. A time zone is read over: everything is UTC
 * (spec section 1.2).
 */
const DATE = /(\d{4})-?(\d{2})-?(\d{2})/.source;
const TIME = /(\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9})\d*)?)?)?/.source;
const ZONE = /\s*(?:Z|UTC|[+-]\d{2}(?::?\d{2})?)/.source;
const ISO = new RegExp(`^\\s*${DATE}(?:[T\\s_]+${TIME}(?:${ZONE})?)?\\s*$`, 'i');

const HOUR_MICROS = 3_600_000_000;

/** Micros since the epoch. Throws QueryInvalidError. */
export function parseQueryTime(argument: string, text: string): number {
  const micros = tryParseQueryTime(text);
  if (micros === undefined)
    throw new QueryInvalidError(argument, `${JSON.stringify(text.slice(0, 60))} is not an ISO 8601 time`);
  return micros;
}

let lastHour = { index: NaN, text: '' };

/** The same hour is asked for 1,800 times in a row, and dates are slow. */
function hourText(micros: number): string {
  const index = Math.floor(micros / HOUR_MICROS);
  if (index !== lastHour.index) lastHour = { index, text: formatHour(micros) };
  return lastHour.text;
}

/** As parseQueryTime, but undefined where that throws. */
export function tryParseQueryTime(text: string): number | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = ''] = match;
  const parts = [Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)] as const;
  const date = new Date(0);
  date.setUTCFullYear(parts[0], parts[1], parts[2]);
  date.setUTCHours(parts[3], parts[4], parts[5]);
  const same = [
    date.getUTCFullYear(),
    date.getUTCMonth(),
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ];
  // 30 February, 25 o'clock: a date that the calendar does not have has been moved to one that it has.
  if (parts[0] < 1 || same.some((value, index) => value !== parts[index])) return undefined;
  return date.getTime() * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
}

export function parseOptionalTime(argument: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseQueryTime(argument, text);
}

/** `YYYY-MM-DDTHH:MM:SS.ffffffZ` */
export function formatMicros(micros: number): string {
  const withinHour = ((micros % HOUR_MICROS) + HOUR_MICROS) % HOUR_MICROS;
  const minute = Math.floor(withinHour / 60_000_000);
  const second = Math.floor(withinHour / 1_000_000) % 60;
  const two = (value: number): string => value.toString().padStart(2, '0');
  return `${hourText(micros)}:${two(minute)}:${two(second)}.${(withinHour % 1_000_000).toString().padStart(6, '0')}Z`;
}
