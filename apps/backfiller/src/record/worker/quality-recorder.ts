import { abortableSleep, backoffDelayMs } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import type { Logger } from '@waybill/http-kit';
import type { HlsClient } from '../fetch/hls-client.ts';
import { KeyStore } from '../fetch/key-store.ts';
import { SegmentSource } from '../fetch/segment-source.ts';
import type { RecordSettings } from '../record-settings.ts';
import type { RecordTally } from '../report/record-tally.ts';
import type { RecordingPlace } from '../write/segment-recording.ts';
import { openPlaylist } from './load-playlist.ts';
import type { DiskGate } from './disk-gate.ts';
import type { LoadedPlaylist } from './load-playlist.ts';
import { SegmentIntake } from './segment-intake.ts';
import { SegmentRecorder } from './segment-recorder.ts';
import { isHopeless, StreamWorker } from './stream-worker.ts';
import { withSignal } from './with-signal.ts';

export interface QualityRecorderInit {
  readonly channel: string;
  readonly quality: string;
  /** Of a media or a master playlist. */
  readonly url: string;
  readonly client: HlsClient;
  readonly settings: RecordSettings;
  readonly place: RecordingPlace;
  readonly gate: DiskGate;
  readonly tally: RecordTally;
  readonly log: Logger;
}

/** With `runOnce`, a playlist that cannot be loaded so often in a row ends it. */
const ENOUGH_FAILURES = 5;
const NONE: ReadonlySet<string> = new Set();

/**
 * Records one quality of one stream. One worker polls; when it stalls, is refused or grows old, a fresh URL is asked for, and only when a new
 * worker has its first playlist is the old one let go.
 */
export class QualityRecorder {
  readonly #init: QualityRecorderInit;
  readonly #segments: SegmentRecorder;

  constructor(init: QualityRecorderInit) {
    this.#init = init;
    const { client, settings } = init;
    const source = new SegmentSource({ client, keys: new KeyStore(client), maxSegmentBytes: settings.maxSegmentBytes });
    this.#segments = new SegmentRecorder({ ...init, source });
  }

  /**
   * Resolves when the stream has ended, with `runOnce`. Rejects with the signal's reason, and with what no waiting helps against.
   * Either way nothing is under way any more.
   */
  async run({ signal }: AbortOptions = {}): Promise<void> {
    const failed = new AbortController();
    const scope = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
    try {
      await this.#follow(scope);
    } catch (error) {
      failed.abort(error);
      throw error;
    } finally {
      await this.#settle();
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { settings, tally, log } = this.#init;
    const intake = this.#createIntake(signal);
    for (let idle = 0; ; idle += 1) {
      const newsBefore = tally.latestEndMicros;
      await this.#followOnce(intake, signal);
      if (settings.runOnce) return;
      // In what has ended nothing is under way that a new stream of the same name could be mixed up with.
      await this.#settle();
      intake.forgetSequence();
      if (tally.latestEndMicros !== newsBefore) idle = 0;
      if (idle === 0) log.info('The stream has ended; waiting for the next one');
      await abortableSleep(backoffDelayMs(idle, { baseMs: settings.playlistRetryBaseMs }), { signal });
    }
  }

  /** Nothing is listed any more: what the full disk still keeps waiting after the hard timeout is lost. */
  async #settle(): Promise<void> {
    const timer = setInterval(() => this.#segments.giveUpUnlisted(NONE), this.#init.settings.hardTimeoutMs);
    try {
      await this.#segments.settled();
    } finally {
      clearInterval(timer);
    }
  }

  /** A stream that has been recorded before may show for a while what cannot be: a slate without times, an ad in another format. */
  async #followOnce(intake: SegmentIntake, signal: AbortSignal): Promise<void> {
    try {
      await this.#followStream(intake, await this.#open(signal), signal);
    } catch (error) {
      const { settings, tally } = this.#init;
      const mayMend = !settings.runOnce && tally.latestEndMicros !== undefined && isHopeless(error);
      if (signal.aborted || !mayMend) throw error;
      this.#noteFailure(error);
    }
  }

  #createIntake(signal: AbortSignal): SegmentIntake {
    return new SegmentIntake({
      ...this.#init,
      onSegment: (slot, key, entry) => this.#segments.start(slot, key, entry, { signal }),
      onListed: (keys) => this.#segments.giveUpUnlisted(keys),
    });
  }

  /** From URL to URL, until the stream has ended. */
  async #followStream(intake: SegmentIntake, first: LoadedPlaylist, signal: AbortSignal): Promise<void> {
    let worker = this.#startWorker(intake, first);
    try {
      for (;;) {
        const reason = await withSignal(worker.wantsChange, signal);
        if (reason === 'ended') return;
        const next = await this.#openBeside(worker, signal);
        if (next === undefined) return;
        const before = worker;
        worker = this.#startWorker(intake, next);
        this.#init.tally.urlChanged(reason);
        this.#init.log.info({ reason }, 'Switched to a fresh URL');
        await before.stop();
      }
    } finally {
      await worker.stop();
    }
  }

  #startWorker(intake: SegmentIntake, first: LoadedPlaylist): StreamWorker {
    const { client, settings } = this.#init;
    return new StreamWorker({
      client,
      settings,
      first,
      onPlaylist: (playlist) => intake.take(playlist),
      onError: (error) => this.#noteFailure(error),
    });
  }

  /** Undefined where the old worker has come to the end of the stream meanwhile. */
  async #openBeside(worker: StreamWorker, signal: AbortSignal): Promise<LoadedPlaylist | undefined> {
    const given = new AbortController();
    const opening = this.#open(AbortSignal.any([signal, given.signal]), () => worker.isOver);
    const ended = worker.over.then(() => (worker.hasEnded ? undefined : opening));
    try {
      return await Promise.race([opening, ended]);
    } finally {
      given.abort();
      await Promise.allSettled([opening]);
    }
  }

  /** @param mayGiveUp Not while the old worker still delivers. */
  async #open(signal: AbortSignal, mayGiveUp: () => boolean = () => true): Promise<LoadedPlaylist> {
    const { client, url, quality, settings } = this.#init;
    for (let failures = 0; ; failures += 1) {
      try {
        return await openPlaylist(client, url, quality, { signal });
      } catch (error) {
        signal.throwIfAborted();
        const isInVain = isHopeless(error) || (settings.runOnce && failures + 1 >= ENOUGH_FAILURES);
        if (isInVain && mayGiveUp()) throw error;
        this.#noteFailure(error);
      }
      await abortableSleep(backoffDelayMs(failures, { baseMs: settings.playlistRetryBaseMs }), { signal });
    }
  }

  #noteFailure(error: unknown): void {
    this.#init.tally.playlistError();
    this.#init.log.warn({ err: error }, 'The playlist could not be loaded');
  }
}
