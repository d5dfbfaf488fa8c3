import type { Sequence } from '@waybill/segments';
import { parseHour, startOfHour } from '@waybill/segments';
import type { HourSequences } from './hour-sequences.ts';
import type { RangePlace, RangeSequence } from './range-sequence.ts';
import { rangeSequence } from './range-sequence.ts';

const HOUR_MICROS = 3_600_000_000;
/** What one request holds at once: a day of segments of 2 s is 22 MB. */
export const WINDOW_MICROS = 24 * HOUR_MICROS;

export interface RangeWindow extends RangeSequence {
  readonly startMicros: number;
  readonly endMicros: number;
}

/**
 * The best sequence of a range of any length, in windows of at most a day, so that memory does not grow with the range.
 * One after the other they are what one sequence over all of it would be, with a hole at the edge of a window once more:
 * a window ends where its last full segment begins, which nothing can displace, and the next one goes on from there.
 */
export async function* rangeWindows(
  sequences: HourSequences,
  place: RangePlace,
  startMicros: number,
  endMicros: number,
): AsyncGenerator<RangeWindow, void, undefined> {
  let from = startMicros;
  while (endMicros - from > WINDOW_MICROS) {
    const window = isEmptyDay(place, from)
      ? emptyWindow(place, from, endMicros)
      : await fullWindow(sequences, place, from, from > startMicros);
    yield window;
    from = window.endMicros;
  }
  const continued = from > startMicros;
  yield { startMicros: from, endMicros, ...(await rangeSequence(sequences, place, from, endMicros, { continued })) };
}

async function fullWindow(
  sequences: HourSequences,
  place: RangePlace,
  from: number,
  continued: boolean,
): Promise<RangeWindow> {
  const latest = from + WINDOW_MICROS;
  const { sequence, hours } = await rangeSequence(sequences, place, from, latest, { continued });
  const cut = cutIndex(sequence, from, latest);
  if (cut === -1) return { startMicros: from, endMicros: latest, sequence, hours };
  return {
    startMicros: from,
    endMicros: sequence[cut]?.startMicros ?? latest,
    sequence: sequence.slice(0, cut),
    hours,
  };
}

/** The last full segment that begins inside the window; where there is none, the last one of any type. */
function cutIndex(sequence: Sequence, from: number, latest: number): number {
  const isInside = (item: Sequence[number]): boolean =>
    item !== null && item.startMicros > from && item.startMicros < latest;
  const full = sequence.findLastIndex((item) => item?.type === 'full' && isInside(item));
  return full === -1 ? sequence.findLastIndex(isInside) : full;
}

function isEmptyDay({ existing }: RangePlace, from: number): boolean {
  return nextHourMicros(existing, from) > from + WINDOW_MICROS;
}

/** A hole up to the next hour that there is: years of nothing are one step. */
function emptyWindow({ existing }: RangePlace, from: number, endMicros: number): RangeWindow {
  const until = Math.min(nextHourMicros(existing, from), endMicros - 1);
  return { startMicros: from, endMicros: until, sequence: [null], hours: [] };
}

/** Start of the first hour that may hold something of the time from `from` on. */
function nextHourMicros(existing: readonly string[], from: number): number {
  const first = startOfHour(from) - HOUR_MICROS;
  const next = existing.find((hour) => parseHour(hour) >= first);
  return next === undefined ? Infinity : parseHour(next);
}
