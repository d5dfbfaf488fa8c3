import type { HourSequence, Sequence } from '@waybill/segments';
import { bestOfHour, joinHours, parseHour, startOfHour } from '@waybill/segments';
import type { HourSequences } from './hour-sequences.ts';

export interface RangePlace {
  readonly channel: string;
  readonly quality: string;
  /** The hours of the quality, ascending. */
  readonly existing: readonly string[];
}

export interface RangeSequenceOptions {
  /** The range begins with a segment that was chosen before: those that begin earlier lost to it, or lie behind it. */
  continued?: boolean;
  /** Whether hours are kept for the next request; default true. */
  keep?: boolean;
  /** Hours that the same request has looked at, as far as the range goes on; default none. */
  known?: readonly HourSequence[];
}

export interface RangeSequence {
  readonly sequence: Sequence;
  readonly hours: readonly HourSequence[];
}

const HOUR_MICROS = 3_600_000_000;
/** Hours prepared at once, where they are not known: more would only hold more names in memory. */
const CONCURRENCY = 4;

/**
 * The best sequence of [startMicros, endMicros). Only hours that exist are looked at, so that a range of a thousand
 * years costs no more than the archive is long.
 */
export async function rangeSequence(
  sequences: HourSequences,
  place: RangePlace,
  startMicros: number,
  endMicros: number,
  { continued = false, keep = true, known = [] }: RangeSequenceOptions = {},
): Promise<RangeSequence> {
  if (endMicros <= startMicros) return { sequence: [], hours: [] };
  // One hour more: a segment may reach over the boundary (spec section 1.3).
  const firstMicros = startOfHour(startMicros) - (continued ? 0 : HOUR_MICROS);
  const wanted = place.existing.filter((hour) => parseHour(hour) >= firstMicros && parseHour(hour) <= endMicros);
  const hours = await prepareHours(sequences, place, wanted, { keep, known });
  const candidates = continued ? hours.map((hour) => hourFrom(hour, startMicros)) : hours;
  return { sequence: joinHours(candidates, startMicros, endMicros), hours };
}

async function prepareHours(
  sequences: HourSequences,
  { channel, quality }: RangePlace,
  wanted: readonly string[],
  { keep, known }: { keep: boolean; known: readonly HourSequence[] },
): Promise<HourSequence[]> {
  const found = new Map(known.map((sequence) => [sequence.hour, sequence]));
  const left = wanted.filter((hour) => !found.has(hour)).values();
  const prepareNext = async (): Promise<void> => {
    for (const hour of left) found.set(hour, await sequences.get(channel, quality, hour, { keep }));
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, wanted.length) }, prepareNext));
  return wanted.map((hour) => found.get(hour)).filter((hour) => hour !== undefined);
}

/** The hour without what begins earlier; made anew, since a sequence keeps more than its list. */
export function hourFrom(hour: HourSequence, startMicros: number): HourSequence {
  const first = hour.segments.findIndex((segment) => segment.startMicros >= startMicros);
  if (first === 0 || hour.segments.length === 0) return hour;
  const later = first === -1 ? [] : hour.segments.slice(first);
  return bestOfHour(
    hour.hour,
    later.map(({ name }) => name),
  );
}
