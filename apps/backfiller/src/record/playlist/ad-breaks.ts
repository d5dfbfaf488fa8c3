import type { DateRange, MediaPlaylist, MediaSegment } from './media-playlist.ts';

/**
 * What counts as an ad. `twitch`: stitched ads, by DATERANGE and title. `scte35`: CUE-OUT to CUE-IN, and DATERANGE with SCTE35-OUT; what is
 * sent there may be the programme, so that it is asked for by name.
 */
export type AdMarker = 'twitch' | 'scte35';

/** Titles of stitched segments: `Amazon|1234`. */
const STITCHED_TITLE = /^Amazon(?:\||$)/;

/** The segments of a playlist that are ads by these markers. */
export function adSegments(playlist: MediaPlaylist, markers: ReadonlySet<AdMarker>): ReadonlySet<MediaSegment> {
  const breaks = playlist.dateRanges.filter((range) => isAdRange(range, markers));
  const isAd = (segment: MediaSegment): boolean =>
    (markers.has('twitch') && STITCHED_TITLE.test(segment.title)) ||
    (markers.has('scte35') && segment.inCue) ||
    breaks.some((range) => startsWithin(segment, range));
  return new Set(playlist.segments.filter(isAd));
}

function isAdRange({ attributes }: DateRange, markers: ReadonlySet<AdMarker>): boolean {
  const names = [...attributes.keys()];
  const isStitched =
    attributes.get('CLASS') === 'twitch-stitched-ad' || names.some((name) => name.startsWith('X-TV-TWITCH-AD-'));
  return (markers.has('twitch') && isStitched) || (markers.has('scte35') && attributes.has('SCTE35-OUT'));
}

/** A range that says no end ends nowhere: it is left to the titles, or a break would swallow the stream. */
function startsWithin({ startMicros }: MediaSegment, range: DateRange): boolean {
  if (startMicros === undefined || range.endMicros === undefined) return false;
  return startMicros >= range.startMicros && startMicros < range.endMicros;
}
