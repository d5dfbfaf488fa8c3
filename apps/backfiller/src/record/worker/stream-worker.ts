import { abortableSleep, backoffDelayMs, WaybillError } from '@waybill/common';
import { ResponseStatusError } from '@waybill/http-kit';
import type { HlsClient } from '../fetch/hls-client.ts';
import type { MediaPlaylist } from '../playlist/media-playlist.ts';
import type { RecordSettings } from '../record-settings.ts';
import { reloadPlaylist } from './load-playlist.ts';
import type { LoadedPlaylist } from './load-playlist.ts';

/** Why a worker asks for a successor. `ended`: the playlist says that nothing more will come. */
export type ChangeReason = 'ended' | 'refused' | 'failing' | 'stalled' | 'old';

export interface StreamWorkerInit {
  readonly client: HlsClient;
  readonly settings: RecordSettings;
  readonly first: LoadedPlaylist;
  /** Takes each playlist that is new; resolves to whether anything in it was. What it throws ends the worker. */
  readonly onPlaylist: (playlist: MediaPlaylist) => boolean;
  readonly onError: (error: unknown) => void;
}

/** A URL that fails so often in a row is left to the successor. */
const FAILING = 3;
const HOPELESS = 8;
const MICROS_PER_MS = 1000;

/** Loads one media URL again and again. It goes on, if it can, until it is stopped: also when it has asked for a successor. */
export class StreamWorker {
  readonly #init: StreamWorkerInit;
  readonly #stop = new AbortController();
  readonly #wanted = Promise.withResolvers<ChangeReason>();
  readonly #openedMs = performance.now();
  #newsMs = performance.now();
  #failures = 0;
  #isOver = false;
  #loaded: LoadedPlaylist;
  /** Resolves when it no longer polls; rejects with what cannot be helped. */
  readonly over: Promise<void>;

  constructor(init: StreamWorkerInit) {
    this.#init = init;
    this.#loaded = init.first;
    this.over = this.#run().finally(() => {
      this.#isOver = true;
    });
    this.over.catch((error: unknown) => this.#wanted.reject(error));
    this.#wanted.promise.catch(() => undefined);
  }

  /** It no longer polls, whyever. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The playlist said that nothing more will come. */
  get hasEnded(): boolean {
    return this.#loaded.playlist.ended;
  }

  /** The first reason to look for another URL. Rejects with what cannot be helped. */
  get wantsChange(): Promise<ChangeReason> {
    return this.#wanted.promise;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.over.catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let changed = this.#take(this.#loaded.playlist);
    while (!this.#loaded.playlist.ended) {
      const delayMs = this.#delayMs(changed);
      if (await sleepOrStop(delayMs, signal)) return;
      changed = await this.#reload(signal);
      if (this.#failures >= HOPELESS) return;
      this.#askIfDue();
    }
    this.#wanted.resolve('ended');
  }

  /** From load to load: the target duration after a change, else half of it (RFC 8216 section 6.3.4). */
  #delayMs(changed: boolean): number {
    const { playlistRetryBaseMs, minReloadMs } = this.#init.settings;
    if (this.#failures > 0) return backoffDelayMs(this.#failures - 1, { baseMs: playlistRetryBaseMs });
    const targetMs = this.#loaded.playlist.targetDurationMicros / MICROS_PER_MS;
    return Math.max(minReloadMs, changed ? targetMs : targetMs / 2);
  }

  async #reload(signal: AbortSignal): Promise<boolean> {
    let loaded: LoadedPlaylist | undefined;
    try {
      loaded = await reloadPlaylist(this.#init.client, this.#loaded, { signal });
    } catch (error) {
      if (signal.aborted) return false;
      this.#noteFailure(error);
      return false;
    }
    this.#failures = 0;
    if (loaded === undefined || signal.aborted) return false;
    this.#loaded = loaded;
    return this.#take(loaded.playlist);
  }

  #take(playlist: MediaPlaylist): boolean {
    const isNews = this.#init.onPlaylist(playlist);
    if (isNews) this.#newsMs = performance.now();
    return isNews;
  }

  #noteFailure(error: unknown): void {
    if (isHopeless(error)) throw error;
    this.#failures += 1;
    this.#init.onError(error);
    if (error instanceof ResponseStatusError && !error.retryable) this.#wanted.resolve('refused');
    else if (this.#failures >= FAILING) this.#wanted.resolve('failing');
  }

  #askIfDue(): void {
    const { stallTimeoutMs, refreshUrlMs } = this.#init.settings;
    const nowMs = performance.now();
    if (nowMs - this.#newsMs >= stallTimeoutMs) this.#wanted.resolve('stalled');
    if (refreshUrlMs > 0 && nowMs - this.#openedMs >= refreshUrlMs) this.#wanted.resolve('old');
  }
}

/** What stays as it is however often one asks: fMP4, or no times at all. A status may be another at a fresh URL. */
export function isHopeless(error: unknown): boolean {
  return error instanceof WaybillError && !error.retryable && !(error instanceof ResponseStatusError);
}

async function sleepOrStop(ms: number, signal: AbortSignal): Promise<boolean> {
  await abortableSleep(ms, { signal }).catch(() => undefined);
  return signal.aborted;
}
