import { DiskFullError, Semaphore } from '@waybill/common';
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
import type { DiskGate, GatePass } from './disk-gate.ts';
import type { BookEntry } from './segment-book.ts';

export interface SegmentRecorderInit {
  readonly settings: RecordSettings;
  readonly source: SegmentSource;
  readonly place: RecordingPlace;
  readonly gate: DiskGate;
  readonly tally: RecordTally;
  readonly log: Logger;
}

interface Job {
  readonly slot: SegmentSlot;
  readonly key: string;
  readonly entry: BookEntry;
  /** Aborts when it has waited for space too long. */
  readonly patience: AbortController;
  /** Aborts then, and when all ends. */
  readonly signal: AbortSignal;
}

/** Brings segments into the archive, some at a time, in the order in which they were asked for: the oldest leave the playlist first. */
export class SegmentRecorder {
  readonly #init: SegmentRecorderInit;
  readonly #door: Semaphore;
  readonly #running = new Set<Promise<void>>();
  /** Those of which nothing is fetched now. */
  readonly #waiting = new Set<Job>();

  constructor(init: SegmentRecorderInit) {
    this.#init = init;
    this.#door = new Semaphore(init.settings.concurrency);
  }

  /** Begins, and returns at once. What fails is counted and logged. */
  start(slot: SegmentSlot, key: string, entry: BookEntry, { signal }: AbortOptions): void {
    const patience = new AbortController();
    const either = signal === undefined ? patience.signal : AbortSignal.any([signal, patience.signal]);
    const job: Job = { slot, key, entry, patience, signal: either };
    this.#waiting.add(job);
    const work = this.#door
      .run(() => this.#record(job), { signal: either })
      .catch((error: unknown) => {
        if (signal?.aborted !== true) this.#noteLost(job, error);
      })
      .finally(() => {
        this.#waiting.delete(job);
        this.#running.delete(work);
      });
    this.#running.add(work);
  }

  /** While the disk is full, what waits for space and is not listed any more is lost. */
  giveUpUnlisted(listed: ReadonlySet<string>): void {
    if (this.#init.gate.isOpen) return;
    for (const { key, patience } of this.#waiting) if (!listed.has(key)) patience.abort();
  }

  /** Resolves when all that was started is done, or was cancelled. Never rejects. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #record(job: Job): Promise<void> {
    const { place, gate, tally } = this.#init;
    const { full } = await presentCopies(job.slot, place.paths);
    if (full) {
      this.#noteDone(job);
      tally.present(job.key);
      return;
    }
    for (;;) {
      const pass = await gate.enter(job.signal);
      this.#waiting.delete(job);
      try {
        await this.#fetch(job, pass);
        return;
      } catch (error) {
        if (!(error instanceof DiskFullError)) throw error;
        this.#waiting.add(job);
        gate.noteFull(error);
      } finally {
        pass.leave();
      }
    }
  }

  /** Throws DiskFullError; then nothing of it stays. */
  async #fetch(job: Job, pass: GatePass): Promise<void> {
    const { slot, entry, signal } = job;
    const { settings, source, place, tally, log } = this.#init;
    let lastError: unknown;
    const result = await fetchSegment(
      {
        current: () => entry.segment,
        open: (segment, options) => source.open(segment, options),
        record: (options) => SegmentRecording.open(slot, place, options),
        ...settings,
        onFailed: (error) => {
          lastError = error;
          // It says nothing about the disk, and others need not wait for its next try.
          pass.leave();
          tally.requestFailed();
          log.debug({ err: error, segment: slot.prefix }, 'A request for a segment failed');
        },
      },
      { signal },
    );
    if (result === undefined) this.#noteLost(job, lastError);
    else await this.#publish(job, result);
  }

  async #publish(job: Job, result: Attempt): Promise<void> {
    const { place, gate, tally, log } = this.#init;
    const { slot, key, entry, signal } = job;
    const { recording } = result;
    try {
      const type = this.#typeOf(result, entry);
      const adds = addsTo(await presentCopies(slot, place.paths), type, recording.sizeBytes);
      signal.throwIfAborted();
      if (adds) {
        const name = await recording.publish(type);
        gate.noteWritten();
        tally.published(key, type, recording.sizeBytes);
        log.debug({ name }, 'Recorded');
        if (type === 'partial') log.warn({ name, err: result.error }, 'A segment broke off, and is kept as partial');
      } else tally.present(key);
      this.#noteDone(job);
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

  #noteDone({ slot, entry }: Job): void {
    entry.state = 'done';
    this.#init.tally.reached(slot.startMicros + slot.durationMicros);
  }

  #noteLost({ slot, key, entry, patience }: Job, error: unknown): void {
    const { tally, log } = this.#init;
    entry.state = 'lost';
    entry.lostMs = performance.now();
    tally.lost(key, slot.durationMicros);
    const segment = slot.prefix;
    // That the disk is full has been said, once and not for each segment.
    if (patience.signal.aborted) log.debug({ segment }, 'A segment left the playlist while the disk was full');
    else log.error({ err: error, segment }, 'A segment is lost: nothing of it could be fetched');
  }
}
