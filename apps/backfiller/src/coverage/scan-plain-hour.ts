import { TOLERANCE_MICROS } from '@waybill/segments';

export interface PlainHour {
  /** As FlatRanges has it. */
  readonly covered: readonly number[];
  readonly count: number;
  readonly micros: number;
  readonly lastName: string;
}

/*
 * Most hours hold full segments that follow each other, and nothing else. Such an hour needs no objects, no choice and no
 * sequence: one look at the digits of each name will do, in a third of the time. Whatever looks different in any way
 * (another type, a temp file, a tombstone, two of one start, an overlap, an odd spelling) is left to the rules of
 * packages/segments, by giving undefined for the whole hour; a test compares both.
 *
 *   MM:SS.ffffff-D.d-full-HASH(43).ts
 *   0  3 5       ^ indexOf('-')    ^ length - TAIL_LENGTH is the `-` before `full`
 */
const MARK = '-full-';
const TAIL_LENGTH = MARK.length + /* digest */ 43 + /* .ts */ 3;
const [ZERO, COLON, DOT] = [0x30, 0x3a, 0x2e];
const SECOND = 1_000_000;
/** Longer ones are not plain: the grammar ends at a day. */
const MAX_SECONDS = 86_400;
const SCALE = [SECOND, 100_000, 10_000, 1000, 100, 10, 1] as const;

const BASE64_URL = new Uint8Array(128);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
  BASE64_URL[character.charCodeAt(0)] = 1;

/**
 * Reads an hour of plain names; undefined where it is not such an hour.
 *
 * @param reachMicros where the segments of the hour before end; -Infinity where there are none
 */
export function scanPlainHour(
  names: readonly string[],
  hourMicros: number,
  reachMicros: number,
): PlainHour | undefined {
  const covered: number[] = [];
  // Where the open stretch begins; Infinity: there is none. Hours before 1970 have negative times.
  let [reach, previous, micros, openStart] = [reachMicros, -1, 0, Infinity];
  for (const name of names) {
    const offset = startOf(name);
    const duration = offset < 0 ? -1 : durationOf(name);
    if (duration <= 0 || offset <= previous || !endsPlainly(name)) return undefined;
    const start = hourMicros + offset;
    if (reach - start > TOLERANCE_MICROS || start + duration < reach) return undefined;
    if (openStart === Infinity || start - reach > TOLERANCE_MICROS) {
      if (openStart < Infinity) covered.push(openStart, reach);
      openStart = start;
    }
    reach = start + duration;
    previous = offset;
    micros += duration;
  }
  if (openStart < Infinity) covered.push(openStart, reach);
  return { covered, count: names.length, micros, lastName: names.at(-1) ?? '' };
}

/** Micros within the hour; -1 where the name does not begin as a plain one. */
function startOf(name: string): number {
  const end = name.indexOf('-', 5);
  if (end < 5 || name.charCodeAt(2) !== COLON || (end > 5 && name.charCodeAt(5) !== DOT)) return -1;
  const [minute, second] = [digits(name, 0, 2), digits(name, 3, 5)];
  if (minute < 0 || minute > 59 || second < 0 || second > 59) return -1;
  const fraction = end > 6 ? fractionOf(name, 6, end) : 0;
  return fraction < 0 ? -1 : (minute * 60 + second) * SECOND + fraction;
}

/** Micros; -1 where the second field is no plain duration. */
function durationOf(name: string): number {
  const start = name.indexOf('-', 5) + 1;
  const end = name.length - TAIL_LENGTH;
  const dot = name.indexOf('.', start);
  const wholeEnd = dot > 0 && dot < end ? dot : end;
  const whole = digits(name, start, wholeEnd);
  const fraction = wholeEnd < end ? fractionOf(name, wholeEnd + 1, end) : 0;
  return whole < 0 || whole >= MAX_SECONDS || fraction < 0 ? -1 : whole * SECOND + fraction;
}

function endsPlainly(name: string): boolean {
  const markStart = name.length - TAIL_LENGTH;
  if (!name.startsWith(MARK, markStart) || !name.endsWith('.ts')) return false;
  const end = name.length - 3;
  for (let index = markStart + MARK.length; index < end; index += 1)
    if (BASE64_URL[name.charCodeAt(index)] !== 1) return false;
  return true;
}

/** 1 to 6 digits after the point, as micros; -1 otherwise. */
function fractionOf(name: string, start: number, end: number): number {
  const scale = SCALE[end - start];
  const value = scale === undefined ? -1 : digits(name, start, end);
  return value < 0 ? -1 : value * (scale ?? 0);
}

function digits(name: string, start: number, end: number): number {
  if (end <= start || end - start > 6) return -1;
  let value = 0;
  for (let index = start; index < end; index += 1) {
    const digit = name.charCodeAt(index) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}
