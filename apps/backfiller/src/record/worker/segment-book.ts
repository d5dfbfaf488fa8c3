import type { MediaSegment } from '../playlist/media-playlist.ts';

/** `lost` ones are tried again while they are listed. */
export type EntryState = 'under way' | 'done' | 'lost';

export interface BookEntry {
  /** As the newest playlist has it: a fresh URL has other URIs for the same segments. */
  segment: MediaSegment;
  state: EntryState;
  /** When it was lost, as performance.now. */
  lostMs: number;
}

/** Hours of a stream; twice a playlist where that is longer. */
const MIN_ENTRIES = 4096;

/** Segments of one quality that have been seen, so that each is recorded once, whichever URL lists it. */
export class SegmentBook {
  readonly #entries = new Map<string, BookEntry>();

  get(key: string): BookEntry | undefined {
    return this.#entries.get(key);
  }

  add(key: string, segment: MediaSegment, state: EntryState): BookEntry {
    const entry: BookEntry = { segment, state, lostMs: 0 };
    this.#entries.set(key, entry);
    return entry;
  }

  /** Forgets the oldest, as long as more than enough are left. */
  prune(listed: number): void {
    const most = Math.max(MIN_ENTRIES, 2 * listed);
    for (const [key, { state }] of this.#entries) {
      if (this.#entries.size <= most) return;
      if (state !== 'under way') this.#entries.delete(key);
    }
  }
}
