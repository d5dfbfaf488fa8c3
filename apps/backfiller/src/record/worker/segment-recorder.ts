import { Semaphore } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import type { Logger } from '@waybill/http-kit';
import type { StoredSegmentType } from '@waybill/segments';
import type { Attempt } from '../fetch/attempt.ts';
import { fetchSegment } from '../fetch/fetch-segment.ts';
import type { SegmentSource } from '../fetch/segment-source.ts';
import type { RecordSettings } from '../record-settings.ts';
import type { RecordTally } from '../report/record-tally.ts';
import { addsTo, presentCopies } from '../write/present-copies.ts';
import { SegmentRecording } from '../write/segment-recording.ts';
import type { RecordingPlace } from '../write/segment-recording.ts';
import type { SegmentSlot } from '../write/segment-slot.ts';
import type { BookEntry } from './segment-book.ts';

export interface SegmentRecorderInit {
  readonly settings: RecordSettings;
  readonly source: SegmentSource;
  readonly place: RecordingPlace;
  readonly tally: RecordTally;
  readonly log: Logger;
}

/** Brings segments into the archive, some at a time, in the order in which they were asked for: the oldest leave the playlist first. */
export class SegmentRecorder {
  readonly #init: SegmentRecorderInit;
  readonly #door: Semaphore;
  readonly #running = new Set<Promise<void>>();

  constructor(init: SegmentRecorderInit) {
    this.#init = init;
    this.#door = new Semaphore(init.settings.concurrency);
  }

  /** Begins, and returns at once. What fails is counted and logged. */
  start(slot: SegmentSlot, key: string, entry: BookEntry, { signal }: AbortOptions): void {
    const work = this.#door
      .run(() => this.#record(slot, key, entry, signal), { signal })
      .catch((error: unknown) => {
        if (signal?.aborted !== true) this.#noteLost(slot, key, entry, error);
      })
      .finally(() => this.#running.delete(work));
    this.#running.add(work);
  }

  /** Resolves when all that was started is done, or was cancelled. Never rejects. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #record(slot: SegmentSlot, key: string, entry: BookEntry, signal: AbortSignal | undefined): Promise<void> {
    const { settings, source, place, tally, log } = this.#init;
    const { full } = await presentCopies(slot, place.paths);
    if (full) {
      this.#noteDone(slot, entry);
      tally.present(key);
      return;
    }
    const result = await fetchSegment(
      {
        current: () => entry.segment,
        open: (segment, options) => source.open(segment, options),
        record: (options) => SegmentRecording.open(slot, place, options),
        ...settings,
        onFailed: (error) => {
          tally.requestFailed();
          log.debug({ err: error, segment: slot.prefix }, 'A request for a segment failed');
        },
      },
      { signal },
    );
    if (result === undefined) this.#noteLost(slot, key, entry, undefined);
    else await this.#publish(slot, key, entry, result, signal);
  }

  async #publish(
    slot: SegmentSlot,
    key: string,
    entry: BookEntry,
    result: Attempt,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { place, tally, log } = this.#init;
    const { recording } = result;
    try {
      const type = this.#typeOf(result, entry);
      const adds = addsTo(await presentCopies(slot, place.paths), type, recording.sizeBytes);
      signal?.throwIfAborted();
      if (adds) {
        const name = await recording.publish(type);
        tally.published(key, type, recording.sizeBytes);
        log.debug({ name }, 'Recorded');
        if (type === 'partial') log.warn({ name, err: result.error }, 'A segment broke off, and is kept as partial');
      } else tally.present(key);
      this.#noteDone(slot, entry);
    } finally {
      await recording.discard();
    }
  }

  /** Spec section 1.1. */
  #typeOf({ whole, tookMs, recording }: Attempt, { segment }: BookEntry): StoredSegmentType {
    const { suspectAfterMs, maxSkewMicros } = this.#init.settings;
    if (!whole) return 'partial';
    const isSkewed = maxSkewMicros > 0 && Math.abs(segment.skewMicros) > maxSkewMicros;
    return isSkewed || recording.sizeBytes === 0 || tookMs >= suspectAfterMs ? 'suspect' : 'full';
  }

  #noteDone(slot: SegmentSlot, entry: BookEntry): void {
    entry.state = 'done';
    this.#init.tally.reached(slot.startMicros + slot.durationMicros);
  }

  #noteLost(slot: SegmentSlot, key: string, entry: BookEntry, error: unknown): void {
    entry.state = 'lost';
    entry.lostMs = performance.now();
    this.#init.tally.lost(key, slot.durationMicros);
    this.#init.log.error({ err: error, segment: slot.prefix }, 'A segment is lost: nothing of it could be fetched');
  }
}
