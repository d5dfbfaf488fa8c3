import { PlaylistInvalidError } from './playlist-errors.ts';

const MICROS_PER_MS = 1000;
const MS_PER_MINUTE = 60_000;
const TIME = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(?:(Z)|([+-])(\d\d):?(\d\d)?)?$/i;

/**
 * Micros since the epoch of a time in ISO 8601 (RFC 8216 section 4.3.2.6). Beyond the form in the RFC: `+0100` and `+01` as zones,
 * as ffmpeg writes them; no zone at all, which counts as UTC. A seventh digit of the second and more are cut off, as wubloader does.
 * Throws PlaylistInvalidError.
 */
export function parseProgramDateTime(text: string, line: number): number {
  const match = TIME.exec(text);
  const ms = match === null ? NaN : calendarMs(match);
  if (match === null || Number.isNaN(ms))
    throw new PlaylistInvalidError(`${JSON.stringify(text.slice(0, 60))} is no date and time`, line);
  const [, , , , , , , fraction = '', , sign, zoneHours = '0', zoneMinutes = '0'] = match;
  const zoneMs = (Number(zoneHours) * 60 + Number(zoneMinutes)) * MS_PER_MINUTE * (sign === '-' ? -1 : 1);
  return (ms - zoneMs) * MICROS_PER_MS + Number(fraction.slice(0, 6).padEnd(6, '0'));
}

/** NaN for a day or a time that is in no calendar. Second 60 is the next minute's first. */
function calendarMs([, year, month, day, hour, minute, second = '0']: RegExpExecArray): number {
  const isTime = Number(hour) < 24 && Number(minute) < 60 && Number(second) <= 60;
  const midnight = Date.parse(`${year ?? ''}-${month ?? ''}-${day ?? ''}T00:00:00Z`);
  const isDay = !Number.isNaN(midnight) && new Date(midnight).getUTCDate() === Number(day);
  return isTime && isDay ? midnight + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 : NaN;
}
