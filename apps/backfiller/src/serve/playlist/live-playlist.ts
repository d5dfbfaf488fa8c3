import type { SelectedSegment, Sequence } from '@waybill/segments';
import { TOLERANCE_MICROS } from '@waybill/segments';
import { longestMicrosOf, renderHead, targetSecondsFor } from './media-playlist.ts';
import { placeOf, renderSegment } from './render-segments.ts';

export interface LivePlaylistInit {
  channel: string;
  quality: string;
  /** Least TARGETDURATION. */
  leastTargetSeconds: number;
  /** For this long after a hole began, what may fill it is waited for. */
  holdBackMicros: number;
}

/** What one hour has given to the playlist. */
interface Chunk {
  readonly hour: string;
  text: string;
  segments: number;
  discontinuities: number;
}

/**
 * One playlist that grows while it is watched. RFC 8216 section 6.2.1: the server may only append, remove from the
 * front, and end it. So what was shown is remembered, and what arrives later for an earlier place is left out:
 * a hole is final `holdBackMicros` after it began, and only until then are segments behind it held back. TARGETDURATION
 * is fixed at the first look, as a ceiling; a longer segment that comes later becomes a hole.
 */
export class LivePlaylist {
  readonly #init: LivePlaylistInit;
  readonly #place: string;
  #chunks: Chunk[] = [];
  #last: SelectedSegment | undefined;
  #targetSeconds: number | undefined;
  #mediaSequence = 0;
  #discontinuitySequence = 0;
  #omitted = 0;

  constructor(init: LivePlaylistInit) {
    this.#init = init;
    this.#place = placeOf(init.channel, init.quality);
  }

  /** The last segment shown: the next sequence has to begin there. */
  get last(): SelectedSegment | undefined {
    return this.#last;
  }

  /** Segments left out because they are longer than the ceiling. */
  get omitted(): number {
    return this.#omitted;
  }

  get sizeBytes(): number {
    return this.#chunks.reduce((sum, { text }) => sum + text.length, 0);
  }

  /** @param sequence the best one from the last segment shown (at first: from the start) on */
  append(sequence: Sequence, nowMicros: number): void {
    this.#targetSeconds ??= targetSecondsFor(longestMicrosOf(sequence), this.#init.leastTargetSeconds);
    const waitedForMicros = nowMicros - this.#init.holdBackMicros;
    for (const segment of sequence) {
      if (segment === null || this.#isBehind(segment)) continue;
      const gap = this.#last !== undefined && segment.startMicros - this.#last.endMicros > TOLERANCE_MICROS;
      // The hole may be filled yet; a bad segment may be replaced by a better one yet.
      if (gap && (this.#last?.endMicros ?? 0) > waitedForMicros) return;
      if (segment.type !== 'full' && segment.endMicros > waitedForMicros) return;
      if (Math.round(segment.durationMicros / 1_000_000) > this.#targetSeconds) this.#omitted += 1;
      else this.#show(segment, gap || (this.#last !== undefined && this.#last.type !== 'full'));
    }
  }

  /** Removes hours from the front that are no longer in the archive. */
  dropHoursBefore(firstHour: string): void {
    while (this.#chunks.length > 1 && (this.#chunks[0]?.hour ?? firstHour) < firstHour) {
      const [dropped] = this.#chunks.splice(0, 1);
      this.#mediaSequence += dropped?.segments ?? 0;
      this.#discontinuitySequence += dropped?.discontinuities ?? 0;
    }
  }

  /** Whole lines, the head first. */
  render(): string[] {
    const head = renderHead({
      targetSeconds: this.#targetSeconds ?? this.#init.leastTargetSeconds,
      mediaSequence: this.#mediaSequence,
      discontinuitySequence: this.#discontinuitySequence,
    });
    return [head, ...this.#chunks.map(({ text }) => text)];
  }

  #isBehind({ startMicros }: SelectedSegment): boolean {
    return this.#last !== undefined && startMicros < this.#last.endMicros - TOLERANCE_MICROS;
  }

  #show(segment: SelectedSegment, discontinuity: boolean): void {
    const chunk = this.#chunkOf(segment.hour);
    chunk.text += (discontinuity ? '#EXT-X-DISCONTINUITY\n' : '') + renderSegment(this.#place, segment);
    chunk.segments += 1;
    chunk.discontinuities += Number(discontinuity);
    this.#last = segment;
  }

  #chunkOf(hour: string): Chunk {
    const last = this.#chunks.at(-1);
    if (last?.hour === hour) return last;
    const chunk = { hour, text: '', segments: 0, discontinuities: 0 };
    this.#chunks.push(chunk);
    return chunk;
  }
}
