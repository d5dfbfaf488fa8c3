export const MICROS_PER_SECOND = 1_000_000;
export const MICROS_PER_MINUTE = 60 * MICROS_PER_SECOND;
export const MICROS_PER_HOUR = 60 * MICROS_PER_MINUTE;

/** 400 Gregorian years have 146,097 days. */
const MS_PER_LEAP_CYCLE = 146_097 * 24 * 60 * 60 * 1000;

export interface CalendarHour {
  /** 1 to 9999, proleptic Gregorian. */
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  readonly day: number;
  /** 0 to 23 */
  readonly hour: number;
}

/** Micros since the epoch at the start of the hour (UTC), or undefined where the calendar has no such hour. */
export function microsOfHour({ year, month, day, hour }: CalendarHour): number | undefined {
  // Each comparison is false for NaN: what could not be read is no hour.
  const exists =
    year >= 1 &&
    year <= 9999 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysInMonth(year, month) &&
    hour >= 0 &&
    hour <= 23;
  if (!exists) return undefined;
  // Date.UTC takes the years 0 to 99 for 1900 to 1999; a leap cycle of 400 years later it does not.
  return (Date.UTC(year + 400, month - 1, day, hour) - MS_PER_LEAP_CYCLE) * 1000;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
