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
  const parsed = readSegmentPath(path);
  if (typeof parsed === 'string') throw new SegmentNameInvalidError(path, parsed);
  return parsed;
}

/** As parseSegmentPath, but gives the problem where that throws: a directory full of foreign names costs no exceptions. */
export function readSegmentPath(path: string): SegmentPath | string {
  const parts = path.split('/');
  const name = parts.at(-1) ?? '';
  const fields = splitFields(name);
  if (typeof fields === 'string') return fields;
  const hour = parts.at(-2) ?? null;
  const hourMicros = hour === null ? null : looseHour(hour);
  if (hourMicros === undefined) return 'no such hour';
  const offsetMicros = hourMicros === null ? 0 : looseOffset(fields.time);
  if (offsetMicros === undefined) return 'no such time within an hour';
  const hashBytes = fields.type === 'temp' ? null : decodeLooseBase64(fields.hash);
  if (hashBytes === undefined) return 'hash is not base64';
  const durationMicros = microsOfSeconds(parsePythonFloat(fields.duration));
  if (durationMicros === undefined) return 'duration is not a number of seconds';
  return {
    path,
    channel: parts.at(-4) ?? null,
    quality: parts.at(-3) ?? null,
    hour,
    hourMicros,
    startMicros: hourMicros === null ? null : hourMicros + offsetMicros,
    durationMicros,
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

function splitFields(name: string): Fields | string {
  if (!name.endsWith('.ts')) return 'does not end in .ts';
  const [time, duration, type, ...hash] = name.slice(0, -3).split('-');
  if (time === undefined || duration === undefined || type === undefined || hash.length === 0) {
    return 'fewer than three dashes';
  }
  return isSegmentType(type) ? { time, duration, type, hash: hash.join('-') } : 'unknown type';
}

/** Separators are not looked at, nor is what follows the 13th character. Positions count code points, as in Python. */
function looseHour(text: string): number | undefined {
  const number = numbersIn(text);
  return microsOfHour({ year: number(0, 4), month: number(5, 7), day: number(8, 10), hour: number(11, 13) });
}

function looseOffset(text: string): number | undefined {
  const number = numbersIn(text);
  const [minute, second] = [number(0, 2), number(3, 5)];
  const fraction = Array.from(text).slice(6);
  const micros = parsePythonInteger(fraction.join('') + '0'.repeat(Math.max(0, 6 - fraction.length)));
  // Each comparison is false for NaN.
  const exists = minute >= 0 && minute <= 59 && second >= 0 && second <= 59 && micros >= 0 && micros <= 999_999;
  return exists ? minute * MICROS_PER_MINUTE + second * MICROS_PER_SECOND + micros : undefined;
}

/** Reads the integer between two positions; NaN where there is none. */
function numbersIn(text: string): (start: number, end: number) => number {
  const characters = Array.from(text);
  return (start, end) => parsePythonInteger(characters.slice(start, end).join(''));
}
