import { MICROS_PER_HOUR } from './calendar.ts';
import { formatHour, startOfHour } from './hours.ts';

/**
 * Hours that hold any instant of [startMicros, endMicros), ascending; empty where end <= start.
 * The list has an entry for each hour: bound a range that comes from outside before you ask.
 */
export function hourRange(startMicros: number, endMicros: number): string[] {
  return endMicros > startMicros ? hoursFrom(startOfHour(startMicros), endMicros - 1) : [];
}

/**
 * Hours to look into for the best sequence of a range: from one hour before the hour of `startMicros` (a segment may
 * reach over the boundary) through the hour of `endMicros`, inclusive. Ascending.
 */
export function selectionHours(startMicros: number, endMicros: number): string[] {
  return hoursFrom(startOfHour(startMicros) - MICROS_PER_HOUR, endMicros);
}

function hoursFrom(firstHourMicros: number, lastMicros: number): string[] {
  const hours: string[] = [];
  for (let micros = firstHourMicros; micros <= lastMicros; micros += MICROS_PER_HOUR) hours.push(formatHour(micros));
  return hours;
}
