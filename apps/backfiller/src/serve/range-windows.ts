import { setImmediate } from 'node:timers/promises';
import type { HourSequence, Sequence } from '@waybill/segments';
import { parseHour, startOfHour } from '@waybill/segments';
import { LONGEST_KEPT_MICROS } from './hour-sequences.ts';
import type { HourSequences } from './hour-sequences.ts';
import type { RangePlace, RangeSequence, RangeSequenceOptions } from './range-sequence.ts';
import { hourFrom, rangeSequence } from './range-sequence.ts';

const HOUR_MICROS = 3_600_000_000;
/**
 * With the hour after it, what one request holds at once: half a megabyte for segments of 2 s. So little that hours are
 * garbage before the collector has moved them to where they would stay for long.
 */
const WINDOW_MICROS = HOUR_MICROS;
/** A window that grew to this many segments (20 MB) ends anywhere. */
const MAX_ITEMS = 100_000;

export interface RangeWindow extends RangeSequence {
  readonly startMicros: number;
  readonly endMicros: number;
  /** Whether its hours are kept for the next request. */
  readonly kept: boolean;
}

/**
 * The best sequence of a range of any length, in windows of about an hour, so that memory does not grow with the range.
 * One after the other they are what one sequence over all of it would be: a window ends where a segment begins that
 * nothing can displace, and the next one goes on from there. Without such a place the window is made longer. Between two
 * windows others get their turn.
 */
export async function* rangeWindows(
  sequences: HourSequences,
  place: RangePlace,
  startMicros: number,
  endMicros: number,
  windowMicros = WINDOW_MICROS,
): AsyncGenerator<RangeWindow, void, undefined> {
  const keep = endMicros - startMicros <= LONGEST_KEPT_MICROS;
  let known: readonly HourSequence[] = [];
  for (let from = startMicros; ;) {
    const continued = from > startMicros;
    const window = await windowFrom(sequences, place, from, endMicros, { windowMicros, keep, known, continued });
    yield window;
    if (window.endMicros >= endMicros) return;
    from = window.endMicros;
    known = restOf(window);
    await setImmediate();
  }
}

/** What the next window needs of the hours of this one: mostly some segments of the last. */
function restOf({ hours, endMicros }: RangeWindow): HourSequence[] {
  const firstMicros = startOfHour(endMicros);
  return hours.filter(({ hourMicros }) => hourMicros >= firstMicros).map((hour) => hourFrom(hour, endMicros));
}

async function windowFrom(
  sequences: HourSequences,
  place: RangePlace,
  from: number,
  endMicros: number,
  { windowMicros, ...options }: RangeSequenceOptions & { windowMicros: number; keep: boolean },
): Promise<RangeWindow> {
  for (let latest = from; ;) {
    // Years of nothing are one step.
    latest = Math.min(endMicros, Math.max(latest, nextHourMicros(place.existing, latest)) + windowMicros);
    const { sequence, hours } = await rangeSequence(sequences, place, from, latest, options);
    const window = { startMicros: from, hours, kept: options.keep };
    if (latest === endMicros) return { ...window, endMicros, sequence };
    const cut = cutIndex(sequence, from, latest);
    const cutMicros = cut === undefined ? undefined : sequence[cut]?.startMicros;
    if (cutMicros !== undefined) return { ...window, endMicros: cutMicros, sequence: sequence.slice(0, cut) };
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
