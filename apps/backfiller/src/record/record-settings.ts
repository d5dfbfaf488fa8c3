import type { Durability } from '@waybill/common';
import type { AdMarker } from './playlist/ad-breaks.ts';

/** How a recorder works. Times in milliseconds. */
export interface RecordSettings {
  readonly durability: Durability;
  /** What is left out as an ad. */
  readonly adMarkers: ReadonlySet<AdMarker>;
  /** Segments of one quality that are fetched at a time. */
  readonly concurrency: number;
  /** After this a second request is made beside the first. */
  readonly softTimeoutMs: number;
  /** After this a segment is given up: what there is of it is kept as partial. */
  readonly hardTimeoutMs: number;
  /** Rounds of requests for one segment, with a back-off between them. */
  readonly tries: number;
  /** Nothing new in the playlist for so long: a fresh URL is asked for. */
  readonly stallTimeoutMs: number;
  /** A media URL older than this is replaced. 0: never. */
  readonly refreshUrlMs: number;
  /** A time of its own that is further than this from where the segment before it ends makes a segment suspect. 0: never. */
  readonly maxSkewMicros: number;
  /** A fetch that took this long makes a segment suspect. */
  readonly suspectAfterMs: number;
  /** Nothing is fetched while less is free. 0: until something does not fit. */
  readonly minFreeBytes: number;
  /** Before the first look whether a full disk has space again; then twice as long each time, up to 16-fold. */
  readonly diskProbeMs: number;
  /** Larger segments are given up. */
  readonly maxSegmentBytes: number;
  /** End with the stream instead of waiting for the next one. */
  readonly runOnce: boolean;
  /** First delays of a back-off, which doubles four times: for segments, and for playlists. */
  readonly retryBaseMs: number;
  readonly playlistRetryBaseMs: number;
  /** The shortest pause between two loads of a playlist, whatever its target duration. */
  readonly minReloadMs: number;
}

export const DEFAULT_RECORD_SETTINGS: RecordSettings = {
  durability: 'full',
  adMarkers: new Set(['twitch'] as const),
  // A window of ten segments is fetched in two rounds after a restart.
  concurrency: 5,
  // A segment of a few seconds that has not come in 15 s hangs: others do not.
  softTimeoutMs: 15_000,
  hardTimeoutMs: 240_000,
  tries: 8,
  stallTimeoutMs: 30_000,
  // URLs of Twitch end after a day.
  refreshUrlMs: 20 * 3_600_000,
  maxSkewMicros: 10_000,
  // Servers that close a connection after 60 s make a short body look whole (spec section 1.1).
  suspectAfterMs: 59_000,
  minFreeBytes: 0,
  // Then at most some 8 s lie between two looks: few playlists lose a segment in that time.
  diskProbeMs: 500,
  maxSegmentBytes: 256 * 1024 * 1024,
  runOnce: false,
  retryBaseMs: 500,
  playlistRetryBaseMs: 1000,
  minReloadMs: 200,
};
