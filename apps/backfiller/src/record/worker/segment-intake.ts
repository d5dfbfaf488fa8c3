import type { Logger } from '@waybill/http-kit';
import { adSegments } from '../playlist/ad-breaks.ts';
import type { MediaPlaylist, MediaSegment } from '../playlist/media-playlist.ts';
import { PlaylistTimeMissingError } from '../playlist/playlist-errors.ts';
import type { RecordSettings } from '../record-settings.ts';
import type { RecordTally } from '../report/record-tally.ts';
import { slotKey, slotOf } from '../write/segment-slot.ts';
import type { SegmentSlot } from '../write/segment-slot.ts';
import { SegmentBook } from './segment-book.ts';
import type { BookEntry } from './segment-book.ts';

export interface SegmentIntakeInit {
  readonly channel: string;
  readonly quality: string;
  readonly settings: RecordSettings;
  readonly tally: RecordTally;
  readonly log: Logger;
  /** Called for each segment that is to be recorded, in the order of the playlist. */
  readonly onSegment: (slot: SegmentSlot, key: string, entry: BookEntry) => void;
  /** Called with the keys of all that a playlist lists, when it has been taken. */
  readonly onListed: (keys: ReadonlySet<string>) => void;
}

/** A gap of less is none (spec section 1.3). */
const TOLERANCE_MICROS = 10_000;
/** A segment that could not be had is asked for again after this. */
const LOST_AGAIN_MS = 30_000;

/** Takes playlists of one quality, from whichever URL, and hands on what in them is new. */
export class SegmentIntake {
  readonly #init: SegmentIntakeInit;
  readonly #book = new SegmentBook();
  /** Where what was listed last ends. */
  #frontierMicros: number | undefined;
  #lastSequence: number | undefined;

  constructor(init: SegmentIntakeInit) {
    this.#init = init;
  }

  /** Resolves to whether anything was new. Throws PlaylistTimeMissingError. */
  take(playlist: MediaPlaylist): boolean {
    const { segments } = playlist;
    const ads = adSegments(playlist, this.#init.settings.adMarkers);
    this.#countMissed(segments[0]);
    const listed = new Set<string>();
    let news = false;
    for (const segment of segments) news = this.#takeSegment(segment, ads.has(segment), listed) || news;
    this.#moveFrontier(segments.at(-1));
    this.#book.prune(segments.length);
    this.#init.onListed(listed);
    return news;
  }

  /** The stream is over: what comes next does not continue it. */
  forgetSequence(): void {
    this.#lastSequence = undefined;
  }

  #takeSegment(segment: MediaSegment, isAd: boolean, listed: Set<string>): boolean {
    const { startMicros } = segment;
    if (startMicros === undefined) throw new PlaylistTimeMissingError();
    const slot = slotOf(this.#init, startMicros, segment);
    const key = slotKey(slot);
    listed.add(key);
    const known = this.#book.get(key);
    if (known !== undefined) {
      known.segment = segment;
      if (known.state === 'lost' && performance.now() - known.lostMs >= LOST_AGAIN_MS) this.#begin(slot, key, known);
      return false;
    }
    if (isAd || segment.gap) this.#leaveOut(key, segment, isAd);
    else this.#begin(slot, key, this.#book.add(key, segment, 'under way'));
    return true;
  }

  #begin(slot: SegmentSlot, key: string, entry: BookEntry): void {
    entry.state = 'under way';
    this.#init.onSegment(slot, key, entry);
  }

  #leaveOut(key: string, segment: MediaSegment, isAd: boolean): void {
    const { tally } = this.#init;
    this.#book.add(key, segment, 'done');
    if (isAd) tally.ad(segment.durationMicros);
    else tally.gap(segment.durationMicros);
  }

  /**
   * Also back, where the newest playlist ends earlier: after times that were wrong, what is missed from then on would not show.
   * An older URL, which may be some segments behind, moves nothing back.
   */
  #moveFrontier(last: MediaSegment | undefined): void {
    if (last?.startMicros === undefined) return;
    const endMicros = last.startMicros + last.durationMicros;
    const isBehind = last.mediaSequence < (this.#lastSequence ?? 0);
    this.#frontierMicros = isBehind ? Math.max(this.#frontierMicros ?? -Infinity, endMicros) : endMicros;
    this.#lastSequence = last.mediaSequence;
  }

  /** The window went past segments that were never listed here. A jump of times alone is the stream's own. */
  #countMissed(first: MediaSegment | undefined): void {
    const frontier = this.#frontierMicros;
    if (first?.startMicros === undefined || frontier === undefined || this.#lastSequence === undefined) return;
    const micros = first.startMicros - frontier;
    if (first.mediaSequence <= this.#lastSequence + 1 || micros <= TOLERANCE_MICROS) return;
    this.#init.tally.missed(micros);
    this.#init.log.warn({ seconds: micros / 1e6 }, 'Segments left the playlist before they were seen');
  }
}
