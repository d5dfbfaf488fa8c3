import type { Sequence } from '@waybill/segments';
import type { RangeWindow } from '../range-windows.ts';
import type { RunCache } from './render-segments.ts';
import { placeOf } from './render-segments.ts';

export interface MediaHead {
  /** Whole seconds; no EXTINF, rounded, may exceed it (RFC 8216 section 4.3.3.1). */
  readonly targetSeconds: number;
  /** Number of the first segment in the playlist. Default 0. */
  readonly mediaSequence?: number;
  /** Discontinuities before the first segment. Default 0. */
  readonly discontinuitySequence?: number;
}

/** Of a playlist without segments, and the least of a live one. */
export const DEFAULT_TARGET_SECONDS = 6;
/** 3: EXTINF may have a fraction (RFC 8216 section 7). */
const VERSION = 3;
export const ENDLIST = '#EXT-X-ENDLIST\n';

export function renderHead({ targetSeconds, mediaSequence = 0, discontinuitySequence = 0 }: MediaHead): string {
  return [
    '#EXTM3U',
    `#EXT-X-VERSION:${VERSION.toString()}`,
    `#EXT-X-TARGETDURATION:${targetSeconds.toString()}`,
    `#EXT-X-MEDIA-SEQUENCE:${mediaSequence.toString()}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${discontinuitySequence.toString()}\n`,
  ].join('\n');
}

/** The longest duration; 0 where there is no segment. */
export function longestMicrosOf(sequence: Sequence): number {
  let longest = 0;
  for (const item of sequence) if (item !== null && item.durationMicros > longest) longest = item.durationMicros;
  return longest;
}

/** The smallest number of seconds that no segment exceeds; the default where there is none. */
export function targetSecondsFor(longestMicros: number, least = 1): number {
  return longestMicros === 0 ? DEFAULT_TARGET_SECONDS : Math.max(least, Math.ceil(longestMicros / 1_000_000));
}

export interface FinishedPlaylistInit {
  channel: string;
  quality: string;
  /** Longest duration in all windows: the head comes first. */
  longestMicros: number;
  windows: AsyncIterable<RangeWindow> | Iterable<RangeWindow>;
  runs: RunCache;
  /** False where more may come, or where the range is empty by its own words. */
  ended: boolean;
}

/** A playlist that is given as it is now, hour by hour, so that the first bytes leave before the last hour is looked at. */
export async function* finishedPlaylist(init: FinishedPlaylistInit): AsyncGenerator<string, void, undefined> {
  yield renderHead({ targetSeconds: targetSecondsFor(init.longestMicros) });
  const place = placeOf(init.channel, init.quality);
  let started = false;
  let hole = false;
  for await (const { sequence, hours, kept } of init.windows) {
    // Lines are kept with the hour that they are of.
    const byHour = new Map(kept ? hours.map((hour) => [hour.hour, hour]) : []);
    const first = sequence.findIndex((item) => item !== null);
    const last = sequence.findLastIndex((item) => item !== null);
    // A hole before the first or after the last segment of all is none for a player.
    hole = started && (hole || first !== 0);
    if (first === -1) continue;
    const run = sequence.slice(first, last + 1);
    for (const part of hourRuns(hole ? [null, ...run] : run)) {
      yield init.runs.render(place, byHour.get(part.find((item) => item !== null)?.hour ?? ''), part);
    }
    started = true;
    hole = last < sequence.length - 1;
  }
  if (init.ended) yield ENDLIST;
}

/** Cuts where the hour changes; a hole between two hours belongs to the later one. */
function* hourRuns(sequence: Sequence): Generator<Sequence, void, undefined> {
  let from = 0;
  let hour: string | undefined;
  for (const [index, item] of sequence.entries()) {
    if (item === null || item.hour === hour) continue;
    const start = sequence[index - 1] === null ? index - 1 : index;
    if (hour !== undefined) yield sequence.slice(from, start);
    if (hour !== undefined) from = start;
    hour = item.hour;
  }
  if (from < sequence.length) yield sequence.slice(from);
}
