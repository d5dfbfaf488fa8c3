import { MICROS_PER_MINUTE, MICROS_PER_SECOND } from './calendar.ts';
import { microsOfSeconds } from './duration.ts';
import { SegmentNameInvalidError } from './segment-name-invalid-error.ts';
import type { SegmentName } from './segment-name.ts';
import { ParsedSegmentName } from './segment-name.ts';
import { segmentTypeAt } from './segment-type.ts';
import { isDigestText, isTempId } from './text-checks.ts';

/** No media segment lasts a day; a name that claims more would push a day of real segments out of every sequence. */
export const MAX_DURATION_MICROS = 86_400 * MICROS_PER_SECOND;

/** The longest file name on Linux file systems. The grammar is ASCII: characters are bytes. */
const MAX_NAME_LENGTH = 255;
const DOT = 0x2e;
const COLON = 0x3a;
const ZERO = 0x30;

/**
 * Reads a segment name by the strict grammar: what any known writer writes, and nothing that is dangerous to take from
 * another machine (docs/formats/segments.md#segment-names). What is taken is a safe single path component.
 * Throws SegmentNameInvalidError.
 */
export function parseSegmentName(name: string): SegmentName {
  const parsed = tryParseSegmentName(name);
  if (parsed === undefined) throw new SegmentNameInvalidError(name, 'not TIME-DURATION-TYPE-HASH.ts');
  return parsed;
}

/** As parseSegmentName, but undefined where that throws. Hot path: no regular expression, no part of the name is copied. */
export function tryParseSegmentName(name: string): SegmentName | undefined {
  if (name.length > MAX_NAME_LENGTH || !name.endsWith('.ts')) return undefined;
  const timeEnd = name.indexOf('-');
  const durationEnd = name.indexOf('-', timeEnd + 1);
  const typeEnd = name.indexOf('-', durationEnd + 1);
  if (durationEnd < 0 || typeEnd < 0) return undefined;

  const startMicros = offsetInHour(name, timeEnd);
  const durationMicros = plainDuration(name, timeEnd + 1, durationEnd);
  if (startMicros < 0 || durationMicros < 0) return undefined;

  const type = segmentTypeAt(name, durationEnd + 1, typeEnd);
  if (type === undefined) return undefined;
  const isLastField = type === 'temp' ? isTempId : isDigestText;
  if (!isLastField(name, typeEnd + 1, name.length - 3)) return undefined;
  return new ParsedSegmentName(name, startMicros, durationMicros, type);
}

/** `MM:SS`, then nothing or a point and up to 6 digits, from 0 to `end`. -1 where it is something else. */
function offsetInHour(name: string, end: number): number {
  if (name.charCodeAt(2) !== COLON || (end > 5 && name.charCodeAt(5) !== DOT)) return -1;
  const minute = digits(name, 0, 2);
  const second = digits(name, 3, 5);
  if (minute < 0 || minute > 59 || second < 0 || second > 59) return -1;
  const fraction = end > 6 ? fractionMicros(name, 6, end) : 0;
  return fraction < 0 ? -1 : minute * MICROS_PER_MINUTE + second * MICROS_PER_SECOND + fraction;
}

/** Seconds as digits, or digits, a point and digits; -1 for other forms and for more than a day. */
function plainDuration(name: string, start: number, end: number): number {
  const point = name.indexOf('.', start);
  const wholeEnd = point > 0 && point < end ? point : end;
  const whole = digits(name, start, wholeEnd);
  const fraction = wholeEnd < end ? durationFraction(name, start, wholeEnd + 1, end) : 0;
  if (whole < 0 || fraction < 0) return -1;
  const micros = whole * MICROS_PER_SECOND + fraction;
  return micros <= MAX_DURATION_MICROS ? micros : -1;
}

/** Micros beyond the whole seconds. Up to 6 digits are exact; more are rounded as Python rounds the whole number. */
function durationFraction(name: string, start: number, fractionStart: number, end: number): number {
  if (end - fractionStart <= 6) return fractionMicros(name, fractionStart, end);
  if (digits(name, fractionStart, end) < 0) return -1;
  const seconds = Number(name.slice(start, end));
  return (microsOfSeconds(seconds) ?? -1) - Math.trunc(seconds) * MICROS_PER_SECOND;
}

/** 1 to 6 digits after the point, as micros; -1 otherwise. */
function fractionMicros(name: string, start: number, end: number): number {
  if (end - start > 6) return -1;
  let value = digits(name, start, end);
  for (let place = end - start; place < 6; place += 1) value *= 10;
  return value;
}

/** The number that the ASCII digits from `start` to `end` write; -1 where there are none, or something else. */
function digits(name: string, start: number, end: number): number {
  if (end <= start) return -1;
  let value = 0;
  for (let i = start; i < end; i += 1) {
    const digit = name.charCodeAt(i) - ZERO;
    // Also false for NaN, past the end of the name.
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}
