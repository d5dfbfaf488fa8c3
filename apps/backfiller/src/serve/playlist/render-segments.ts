import type { HourSequence, SelectedSegment, Sequence } from '@waybill/segments';
import { formatMicros } from '../query-time.ts';

/** RFC 8216 section 4.3.2.3: the next segment does not continue the one before. */
const DISCONTINUITY = '#EXT-X-DISCONTINUITY\n';

/**
 * Lines of one segment. The URI is relative to the playlist's own (`/playlist/CH/Q.m3u8`), so that it holds behind a
 * path prefix too. A segment that is cut by a better one is played to its end: the file is as long as EXTINF says.
 */
export function renderSegment(place: string, { hour, name, startMicros, durationMicros }: SelectedSegment): string {
  const seconds = (durationMicros / 1_000_000).toFixed(3);
  return `#EXT-X-PROGRAM-DATE-TIME:${formatMicros(startMicros)}\n#EXTINF:${seconds},live\n../../segments/${place}/${hour}/${encodeURIComponent(name)}\n`;
}

/** `CH/Q` as it stands in a URI. */
export function placeOf(channel: string, quality: string): string {
  return `${encodeURIComponent(channel)}/${encodeURIComponent(quality)}`;
}

/** Lines of a run: null is a hole. */
export function renderRun(place: string, run: Sequence): string {
  let text = '';
  for (const item of run) text += item === null ? DISCONTINUITY : renderSegment(place, item);
  return text;
}

/**
 * Remembers the lines of an hour for as long as its sequence is remembered: the same run of the same hour is asked for
 * by every viewer.
 */
export class RunCache {
  readonly #runs = new WeakMap<HourSequence, { place: string; run: Sequence; text: string }>();

  render(place: string, hour: HourSequence | undefined, run: Sequence): string {
    const known = hour === undefined ? undefined : this.#runs.get(hour);
    if (known !== undefined && known.place === place && sameItems(known.run, run)) return known.text;
    const text = renderRun(place, run);
    // Edges of a range differ from request to request; keep the longest, which is the whole hour.
    if (hour !== undefined && run.length >= (known?.run.length ?? 0)) this.#runs.set(hour, { place, run, text });
    return text;
  }
}

function sameItems(a: Sequence, b: Sequence): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
