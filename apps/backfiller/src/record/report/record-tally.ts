import type { StoredSegmentType } from '@waybill/segments';
import type { RecordMetrics } from './record-metrics.ts';

/** What happened to one quality of one channel. */
export interface RecordCounts {
  readonly channel: string;
  readonly quality: string;
  /** Put in place, by type. */
  readonly full: number;
  readonly suspect: number;
  readonly partial: number;
  readonly bytes: number;
  /** Were there already, or would have added nothing. */
  readonly present: number;
  /** Of which nothing could be fetched. */
  readonly lost: number;
  readonly lostSeconds: number;
  /** Left the playlist before they were seen. */
  readonly missedSeconds: number;
  readonly adSegments: number;
  readonly adSeconds: number;
  /** Segments that the server itself marks as gaps. */
  readonly gapSeconds: number;
  readonly requestsFailed: number;
  readonly playlistErrors: number;
  readonly urlChanges: number;
  /** Why recording ended before its time. */
  readonly failure: string | null;
}

const MICROS_PER_SECOND = 1_000_000;
const LATE_MICROS = 3_600_000_000;
/** Losses that may be made good yet are known by name up to here, some 20 MB: more than the longest playlist lists. */
const MAX_LOST = 200_000;

/** Counts for the report and for the metrics. Whole micros are added up; seconds are for people. */
export class RecordTally {
  readonly #names: { channel: string; quality: string };
  readonly #metrics: RecordMetrics;
  readonly #types = { full: 0, suspect: 0, partial: 0 };
  readonly #lost = new Map<string, number>();
  /** Of those before, which no playlist lists any more. */
  #lostForGood = 0;
  readonly #micros = { missed: 0, ad: 0, gap: 0, lostForGood: 0 };
  readonly #counts = { bytes: 0, present: 0, adSegments: 0, requestsFailed: 0, playlistErrors: 0, urlChanges: 0 };
  /** Micros since the epoch; undefined before the first segment. */
  latestEndMicros: number | undefined;
  failure: Error | undefined;

  constructor(names: { channel: string; quality: string }, metrics: RecordMetrics) {
    this.#names = names;
    this.#metrics = metrics;
  }

  published(key: string, type: StoredSegmentType, sizeBytes: number): void {
    this.#types[type] += 1;
    this.#counts.bytes += sizeBytes;
    this.#lost.delete(key);
    this.#metrics.segments.inc({ ...this.#names, type });
    this.#metrics.bytes.inc(this.#names, sizeBytes);
  }

  present(key: string): void {
    this.#counts.present += 1;
    this.#lost.delete(key);
  }

  /** As long as it is listed it is tried again: it counts once. */
  lost(key: string, durationMicros: number): void {
    if (!this.#lost.has(key)) this.#metrics.lost.inc(this.#names);
    this.#lost.set(key, durationMicros);
    const [oldest] = this.#lost;
    if (this.#lost.size <= MAX_LOST || oldest === undefined) return;
    this.#lost.delete(oldest[0]);
    this.#lostForGood += 1;
    this.#micros.lostForGood += oldest[1];
  }

  /** There is a copy that ends here. Where that is hours back, the stream's clock was: a late segment is of the same hour. */
  reached(endMicros: number): void {
    const latest = this.latestEndMicros ?? -Infinity;
    if (endMicros > latest || latest - endMicros > LATE_MICROS) this.latestEndMicros = endMicros;
  }

  missed(micros: number): void {
    this.#micros.missed += micros;
    this.#metrics.missedSeconds.inc(this.#names, micros / MICROS_PER_SECOND);
  }

  ad(micros: number): void {
    this.#counts.adSegments += 1;
    this.#micros.ad += micros;
    this.#metrics.adSeconds.inc(this.#names, micros / MICROS_PER_SECOND);
  }

  gap(micros: number): void {
    this.#micros.gap += micros;
  }

  requestFailed(): void {
    this.#counts.requestsFailed += 1;
    this.#metrics.requestsFailed.inc(this.#names);
  }

  playlistError(): void {
    this.#counts.playlistErrors += 1;
    this.#metrics.playlistErrors.inc(this.#names);
  }

  urlChanged(reason: string): void {
    this.#counts.urlChanges += 1;
    this.#metrics.urlChanges.inc({ ...this.#names, reason });
  }

  counts(): RecordCounts {
    const lostMicros = this.#lost.values().reduce((sum, micros) => sum + micros, this.#micros.lostForGood);
    return {
      ...this.#names,
      ...this.#types,
      ...this.#counts,
      lost: this.#lostForGood + this.#lost.size,
      lostSeconds: lostMicros / MICROS_PER_SECOND,
      missedSeconds: this.#micros.missed / MICROS_PER_SECOND,
      adSeconds: this.#micros.ad / MICROS_PER_SECOND,
      gapSeconds: this.#micros.gap / MICROS_PER_SECOND,
      failure: this.failure?.message ?? null,
    };
  }
}
