import { MICROS_PER_HOUR, microsOfHour } from './calendar.ts';
import { HourInvalidError } from './hour-invalid-error.ts';

const HOUR = /^\d{4}-\d\d-\d\dT\d\d$/;
const FIRST_HOUR_MICROS = microsOfHour({ year: 1, month: 1, day: 1, hour: 0 }) ?? 0;
const LAST_HOUR_MICROS = microsOfHour({ year: 9999, month: 12, day: 31, hour: 23 }) ?? 0;

/** Micros since the epoch at the start of the hour `YYYY-MM-DDTHH` (UTC). Throws HourInvalidError. */
export function parseHour(hour: string): number {
  const micros = tryParseHour(hour);
  if (micros === undefined) throw new HourInvalidError(hour);
  return micros;
}

/** True for `YYYY-MM-DDTHH` of an hour that the calendar has: years 1 to 9999, ASCII digits, no other form. */
export function isHour(text: string): boolean {
  return tryParseHour(text) !== undefined;
}

/** The hour directory for a time: `YYYY-MM-DDTHH` of the hour that holds it. Throws HourInvalidError outside the years 1 to 9999. */
export function formatHour(micros: number): string {
  const hourMicros = startOfHour(micros);
  if (!(hourMicros >= FIRST_HOUR_MICROS && hourMicros <= LAST_HOUR_MICROS)) throw new HourInvalidError(String(micros));
  return new Date(hourMicros / 1000).toISOString().slice(0, 13);
}

/** Rounds down, also before 1970. */
export function startOfHour(micros: number): number {
  return Math.floor(micros / MICROS_PER_HOUR) * MICROS_PER_HOUR;
}

function tryParseHour(text: string): number | undefined {
  if (!HOUR.test(text)) return undefined;
  return microsOfHour({
    year: Number(text.slice(0, 4)),
    month: Number(text.slice(5, 7)),
    day: Number(text.slice(8, 10)),
    hour: Number(text.slice(11, 13)),
  });
}
