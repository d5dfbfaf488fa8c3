import type { HourSequence, Sequence } from '@waybill/segments';
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

/** The smallest number of seconds that no segment exceeds; the default where there is none. */
export function targetSecondsOf(sequence: Sequence, least = 1): number {
  let longestMicros = 0;
  for (const item of sequence)
    if (item !== null && item.durationMicros > longestMicros) longestMicros = item.durationMicros;
  return longestMicros === 0 ? DEFAULT_TARGET_SECONDS : Math.max(least, Math.ceil(longestMicros / 1_000_000));
}

export interface FinishedPlaylistInit {
  channel: string;
  quality: string;
  /** Of a range that nothing more is expected in. */
  sequence: Sequence;
  /** What the sequence was chosen from. */
  hours: readonly HourSequence[];
  runs: RunCache;
  /** False for a range that is empty by its own words: there is nothing of which this could be the end. Default true. */
  ended?: boolean;
}

/** A playlist that is given as it is now, hour by hour, so that the first bytes leave before the last hour is looked at. */
export function* finishedPlaylist({
  channel,
  quality,
  sequence,
  hours,
  runs,
  ended = true,
}: FinishedPlaylistInit): Generator<string, void, undefined> {
  yield renderHead({ targetSeconds: targetSecondsOf(sequence) });
  const place = placeOf(channel, quality);
  const byHour = new Map(hours.map((hour) => [hour.hour, hour]));
  for (const run of hourRuns(withoutEdgeHoles(sequence))) {
    yield runs.render(place, byHour.get(run.find((item) => item !== null)?.hour ?? ''), run).text;
  }
  if (ended) yield ENDLIST;
}

/** A hole before the first or after the last segment is none for a player. */
function withoutEdgeHoles(sequence: Sequence): Sequence {
  const first = sequence.findIndex((item) => item !== null);
  const last = sequence.findLastIndex((item) => item !== null);
  return first === -1 ? [] : sequence.slice(first, last + 1);
}

/** Cuts where the hour changes; a hole between two hours belongs to the later one. */
function* hourRuns(sequence: Sequence): Generator<Sequence, void, undefined> {
  let from = 0;
  let hour: string | undefined;
  for (const [index, item] of sequence.entries()) {
    if (item === null || item.hour === hour) continue;
    const holeBefore = sequence[index - 1] === null ? 1 : 0;
    if (hour !== undefined) yield sequence.slice(from, index - holeBefore);
    if (hour !== undefined) from = index - holeBefore;
    hour = item.hour;
  }
  if (from < sequence.length) yield sequence.slice(from);
}
