import type { Digest } from '@waybill/digest';
import { SHA256_BYTES } from '@waybill/digest';
import { MICROS_PER_MINUTE, MICROS_PER_SECOND, microsOfHour } from './calendar.ts';
import { microsOfSeconds } from './duration.ts';
import { decodeLooseBase64 } from './loose-base64.ts';
import { parsePythonFloat, parsePythonInteger } from './python-float.ts';
import { SegmentNameInvalidError } from './segment-name-invalid-error.ts';
import type { SegmentType } from './segment-type.ts';
import { isSegmentType } from './segment-type.ts';

/** What wubloader's parser reads from a path. Nothing of it is safe to build a path from. */
export interface SegmentPath {
  readonly path: string;
  /** Null where the path has too few parts. */
  readonly channel: string | null;
  readonly quality: string | null;
  readonly hour: string | null;
  /** Micros since the epoch; null where the path has no hour. */
  readonly hourMicros: number | null;
  /** Micros since the epoch; null where the path has no hour: the time is then not even looked at. */
  readonly startMicros: number | null;
  /** Above 2^53 (285 years) the nearest number. */
  readonly durationMicros: number;
  readonly durationText: string;
  readonly type: SegmentType;
  /** The bare file name. */
  readonly name: string;
  /** The decoded last field, of any length; null for a temp file. */
  readonly hashBytes: Uint8Array | null;
  /** The same as a digest; null where it does not have 32 bytes. */
  readonly digest: Digest | null;
}

/**
 * Reads a path, or any trailing part of one down to the bare file name, as leniently as wubloader's parser: what that
 * takes, this takes, with the same values (docs/formats/segments.md#what-the-lenient-parser-takes).
 * For names that are on our own disk already; names from elsewhere go through parseSegmentName.
 * Throws SegmentNameInvalidError.
 */
export function parseSegmentPath(path: string): SegmentPath {
  const parts = path.split('/');
  const name = parts.at(-1) ?? '';
  const fields = splitFields(path, name);
  const hour = parts.at(-2) ?? null;
  const hourMicros = hour === null ? null : looseHour(path, hour);
  const hashBytes = fields.type === 'temp' ? null : looseHash(path, fields.hash);
  const startMicros = hourMicros === null ? null : hourMicros + looseOffset(path, fields.time);
  return {
    path,
    channel: parts.at(-4) ?? null,
    quality: parts.at(-3) ?? null,
    hour,
    hourMicros,
    startMicros,
    durationMicros: looseDuration(path, fields.duration),
    durationText: fields.duration,
    type: fields.type,
    name,
    hashBytes,
    digest: hashBytes?.length === SHA256_BYTES ? { algorithm: 'sha256', bytes: hashBytes } : null,
  };
}

interface Fields {
  readonly time: string;
  readonly duration: string;
  readonly type: SegmentType;
  readonly hash: string;
}

function splitFields(path: string, name: string): Fields {
  if (!name.endsWith('.ts')) throw new SegmentNameInvalidError(path, 'does not end in .ts');
  const [time, duration, type, ...hash] = name.slice(0, -3).split('-');
  if (time === undefined || duration === undefined || type === undefined || hash.length === 0) {
    throw new SegmentNameInvalidError(path, 'fewer than three dashes');
  }
  if (!isSegmentType(type)) throw new SegmentNameInvalidError(path, 'unknown type');
  return { time, duration, type, hash: hash.join('-') };
}

function looseHash(path: string, text: string): Uint8Array {
  const bytes = decodeLooseBase64(text);
  if (bytes === undefined) throw new SegmentNameInvalidError(path, 'hash is not base64');
  return bytes;
}

/** Separators are not looked at, nor is what follows the 13th character. Positions count code points, as in Python. */
function looseHour(path: string, text: string): number {
  const number = fieldsOf(text);
  const micros = microsOfHour({ year: number(0, 4), month: number(5, 7), day: number(8, 10), hour: number(11, 13) });
  if (micros === undefined) throw new SegmentNameInvalidError(path, 'no such hour');
  return micros;
}

function looseOffset(path: string, text: string): number {
  const number = fieldsOf(text);
  const [minute, second] = [number(0, 2), number(3, 5)];
  const fraction = Array.from(text).slice(6);
  const micros = parsePythonInteger(fraction.join('') + '0'.repeat(Math.max(0, 6 - fraction.length)));
  const inRange = minute >= 0 && minute <= 59 && second >= 0 && second <= 59 && micros >= 0 && micros <= 999_999;
  if (!inRange) throw new SegmentNameInvalidError(path, 'no such time within an hour');
  return minute * MICROS_PER_MINUTE + second * MICROS_PER_SECOND + micros;
}

function looseDuration(path: string, text: string): number {
  const micros = microsOfSeconds(parsePythonFloat(text));
  if (micros === undefined) throw new SegmentNameInvalidError(path, 'duration is not a number of seconds');
  return micros;
}

/** Reads the integer between two positions; NaN where there is none. */
function fieldsOf(text: string): (start: number, end: number) => number {
  const characters = Array.from(text);
  return (start, end) => parsePythonInteger(characters.slice(start, end).join(''));
}
