import { joinHours, parseHour, startOfHour } from '@waybill/segments';
import type { HourSequence, Sequence } from '@waybill/segments';
import type { HourSequences } from './hour-sequences.ts';

const HOUR_MICROS = 3_600_000_000;
/** Hours prepared at once, where they are not known: more would only hold more names in memory. */
const CONCURRENCY = 4;

export interface RangeSequence {
  readonly sequence: Sequence;
  readonly hours: readonly HourSequence[];
}

/**
 * The best sequence of [startMicros, endMicros). Only hours that exist are looked at, so that a range of a thousand
 * years costs no more than the archive is long.
 *
 * @param existing the hours of the quality, ascending
 */
export async function rangeSequence(
  sequences: HourSequences,
  { channel, quality, existing }: { channel: string; quality: string; existing: readonly string[] },
  startMicros: number,
  endMicros: number,
): Promise<RangeSequence> {
  if (endMicros <= startMicros) return { sequence: [], hours: [] };
  // One hour more: a segment may reach over the boundary (spec section 1.3).
  const firstMicros = startOfHour(startMicros) - HOUR_MICROS;
  const wanted = existing.filter((hour) => parseHour(hour) >= firstMicros && parseHour(hour) <= endMicros);
  const found = new Map<string, HourSequence>();
  const left = wanted.values();
  const prepareNext = async (): Promise<void> => {
    for (const hour of left) found.set(hour, await sequences.get(channel, quality, hour));
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, wanted.length) }, prepareNext));
  const hours = wanted.map((hour) => found.get(hour)).filter((hour) => hour !== undefined);
  return { sequence: joinHours(hours, startMicros, endMicros), hours };
}
