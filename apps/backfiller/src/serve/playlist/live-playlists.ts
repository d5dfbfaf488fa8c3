import type { LivePlaylistInit } from './live-playlist.ts';
import { LivePlaylist } from './live-playlist.ts';

export interface LivePlaylistsInit extends Omit<LivePlaylistInit, 'channel' | 'quality'> {
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Sum of all texts. Default 24 MiB: six playlists of 12 hours. */
  maxBytes?: number | undefined;
  /** Default 256. */
  maxCount?: number | undefined;
}

interface Session {
  readonly playlist: LivePlaylist;
  usedMs: number;
  finishedMs: number | undefined;
  /** Work on a playlist is done one after the other. */
  turn: Promise<void>;
}

/** A viewer who has not asked for so long has gone, or begins anew: RFC 8216 asks again after some target durations. */
const IDLE_MS = 600_000;
/** Viewers see the end with their next look. Then the finished range is shown as it is, with what arrived late. */
const FINISHED_MS = 60_000;

/** The live playlists that somebody watches; a bounded number of them, the last used ones. */
export class LivePlaylists {
  readonly #init: LivePlaylistsInit;
  /** In order of use, oldest first. */
  readonly #sessions = new Map<string, Session>();

  constructor(init: LivePlaylistsInit) {
    this.#init = init;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Whether a playlist of that key is watched, so that its end must be told to its viewers first. */
  has(key: string): boolean {
    this.#expire();
    return this.#sessions.has(key);
  }

  /**
   * Runs `update` on the playlist of that key, alone, and gives what it gives. Belongs to no request: one that is
   * broken off changes nothing for the others, and a failure leaves the playlist as it was.
   */
  async use<Result>(
    key: string,
    channel: string,
    quality: string,
    update: (playlist: LivePlaylist) => Promise<Result>,
  ): Promise<Result> {
    this.#expire();
    const session = this.#sessions.get(key) ?? this.#create(channel, quality);
    session.usedMs = this.#init.now();
    this.#sessions.delete(key);
    this.#sessions.set(key, session);
    const result = session.turn.then(async () => update(session.playlist));
    session.turn = result.then(ignore, ignore);
    const settled = await result;
    this.#evict(key);
    return settled;
  }

  /** The range of that key has ended: its playlist is forgotten soon. */
  finish(key: string): void {
    const session = this.#sessions.get(key);
    if (session !== undefined) session.finishedMs ??= this.#init.now();
  }

  /** Nobody has seen it: it need not be kept. */
  forget(key: string): void {
    this.#sessions.delete(key);
  }

  #create(channel: string, quality: string): Session {
    const { leastTargetSeconds, holdBackMicros } = this.#init;
    const playlist = new LivePlaylist({ channel, quality, leastTargetSeconds, holdBackMicros });
    return { playlist, usedMs: 0, finishedMs: undefined, turn: Promise.resolve() };
  }

  #expire(): void {
    const nowMs = this.#init.now();
    for (const [key, { usedMs, finishedMs }] of this.#sessions) {
      if (nowMs - usedMs > IDLE_MS || nowMs - (finishedMs ?? nowMs) > FINISHED_MS) this.#sessions.delete(key);
    }
  }

  #evict(usedKey: string): void {
    const { maxBytes = 24 * 1024 * 1024, maxCount = 256 } = this.#init;
    let bytes = 0;
    for (const { playlist } of this.#sessions.values()) bytes += playlist.sizeBytes;
    for (const [key, { playlist }] of this.#sessions) {
      if (bytes <= maxBytes && this.#sessions.size <= maxCount) return;
      if (key === usedKey) continue;
      this.#sessions.delete(key);
      bytes -= playlist.sizeBytes;
    }
  }
}

function ignore(): void {
  // The outcome is the caller's.
}
