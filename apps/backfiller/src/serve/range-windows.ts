import type { Sequence } from '@waybill/segments';
import { parseHour, startOfHour } from '@waybill/segments';
import { LONGEST_KEPT_MICROS } from './hour-sequences.ts';
import type { HourSequences } from './hour-sequences.ts';
import type { RangePlace, RangeSequence } from './range-sequence.ts';
import { rangeSequence } from './range-sequence.ts';

const HOUR_MICROS = 3_600_000_000;
/** What one request holds at once: six hours of segments of 2 s are 6 MB. */
const WINDOW_MICROS = 6 * HOUR_MICROS;
/** A window that grew to this many segments (50 MB) ends anywhere. */
const MAX_ITEMS = 100_000;

export interface RangeWindow extends RangeSequence {
  readonly startMicros: number;
  readonly endMicros: number;
}

/**
 * The best sequence of a range of any length, in windows of about six hours, so that memory does not grow with the range.
 * One after the other they are what one sequence over all of it would be: a window ends where a segment begins that
 * nothing can displace, and the next one goes on from there. Without such a place the window is made longer.
 */
export async function* rangeWindows(
  sequences: HourSequences,
  place: RangePlace,
  startMicros: number,
  endMicros: number,
  windowMicros = WINDOW_MICROS,
): AsyncGenerator<RangeWindow, void, undefined> {
  const keep = endMicros - startMicros <= LONGEST_KEPT_MICROS;
  let from = startMicros;
  do {
    const window = await windowFrom(sequences, place, from, endMicros, {
      windowMicros,
      keep,
      continued: from > startMicros,
    });
    yield window;
    from = window.endMicros;
  } while (from < endMicros);
}

async function windowFrom(
  sequences: HourSequences,
  place: RangePlace,
  from: number,
  endMicros: number,
  { windowMicros, ...options }: { windowMicros: number; continued: boolean; keep: boolean },
): Promise<RangeWindow> {
  for (let latest = from; ;) {
    // Years of nothing are one step.
    latest = Math.min(endMicros, Math.max(latest, nextHourMicros(place.existing, latest)) + windowMicros);
    const { sequence, hours } = await rangeSequence(sequences, place, from, latest, options);
    if (latest === endMicros) return { startMicros: from, endMicros, sequence, hours };
    const cut = cutIndex(sequence, from, latest);
    const cutMicros = cut === undefined ? undefined : sequence[cut]?.startMicros;
    if (cutMicros !== undefined) {
      return { startMicros: from, endMicros: cutMicros, sequence: sequence.slice(0, cut), hours };
    }
  }
}

/**
 * Where the window may end: at the last full segment that comes third in a row of full ones. What is chosen near the end
 * of a range can depend on that end, since a better segment may take over from a bad one if nothing follows; two full
 * segments on, it no longer does. Undefined where there is no such place, and the window is not too large yet.
 */
function cutIndex(sequence: Sequence, from: number, latest: number): number | undefined {
  const isInside = (item: Sequence[number]): boolean =>
    item !== null && item.durationMicros > 0 && item.startMicros > from && item.startMicros < latest;
  const isFull = (index: number): boolean => sequence[index]?.type === 'full';
  const sure = sequence.findLastIndex(
    (item, index) => isInside(item) && isFull(index) && isFull(index - 1) && isFull(index - 2),
  );
  if (sure !== -1) return sure;
  const some = sequence.length > MAX_ITEMS ? sequence.findLastIndex(isInside) : -1;
  return some === -1 ? undefined : some;
}

/** Start of the first hour that may hold something of the time from `micros` on. */
function nextHourMicros(existing: readonly string[], micros: number): number {
  const first = startOfHour(micros) - HOUR_MICROS;
  const next = existing.find((hour) => parseHour(hour) >= first);
  return next === undefined ? Infinity : parseHour(next);
}
