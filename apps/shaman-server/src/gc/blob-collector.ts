import { type BlobInfo, type BlobKey, type BlobStore, formatBlobKey } from '@waybill/blob-store';
import type { AbortOptions } from '@waybill/common';
import { type Clock, systemClock } from '../state/clock.ts';
import { DEFAULT_PIN_TTL_MS, type PinStore } from '../state/pins.ts';
import type { CollectionLock } from './collection-lock.ts';
import type { Collector, CollectOptions, CollectReport } from './collector.ts';
import { CollectionRunningError } from './gc-errors.ts';
import type { KeepsBlob } from './hard-links.ts';
import { type Mark, markReferences } from './mark.ts';
import type { ReferenceSource } from './reference-source.ts';
import { CollectTallies } from './tallies.ts';

export interface BlobCollectorInit {
  store: BlobStore;
  pins: PinStore;
  /** Everything that refers to blobs: the checkout root, extra folders, tables. */
  sources: readonly ReferenceSource[];
  /** Blobs that nobody has referred to for this long may go. Default 31 days, as in the originals (spec 1.1). */
  maxAgeMs?: number;
  /** Asked for each blob that is about to be deleted: {@link createHardLinkCheck}. Default: nothing more keeps a blob. */
  keeps?: KeepsBlob;
  /** Against other processes; within this one two collections never run at once. */
  lock?: CollectionLock;
  /** Default 1,000 in a second: some percent of what a disk can do. */
  maxDeletesPerSecond?: number;
  clock?: Clock;
}

export const DEFAULT_MAX_AGE_MS = 31 * 86_400_000;

/**
 * A mark is trusted for half the life of a pin. Who refers to a blob later than the mark has pinned it (that holds until
 * after the mark is renewed), and touched it (the store looks at that again when it deletes).
 */
const MARK_TRUSTED_MS = DEFAULT_PIN_TTL_MS / 2;

/** Pins of the same blobs wait while a group is deleted: some milliseconds on a file system. */
const GROUP_SIZE = 64;

/**
 * Mark, then sweep. A blob goes when, in this order, it is old, no source refers to it, no pin holds it, nothing keeps it,
 * and it is still old at the moment of deletion.
 */
export class BlobCollector implements Collector {
  readonly #init: BlobCollectorInit;
  readonly #clock: Clock;
  #running = false;

  constructor(init: BlobCollectorInit) {
    this.#init = init;
    this.#clock = init.clock ?? systemClock;
  }

  get running(): boolean {
    return this.#running;
  }

  async collect(options: CollectOptions = {}): Promise<CollectReport> {
    options.signal?.throwIfAborted();
    if (this.#running) throw new CollectionRunningError();
    this.#running = true;
    try {
      await using _lock = await this.#init.lock?.acquire(options);
      return await this.#collect(options);
    } finally {
      this.#running = false;
    }
  }

  async #collect(options: CollectOptions): Promise<CollectReport> {
    const { dryRun = false, maxAgeMs = this.#init.maxAgeMs ?? DEFAULT_MAX_AGE_MS, signal } = options;
    const startedAtMs = this.#clock.nowMs();
    const mark = await markReferences(this.#init.sources, { signal });
    const tallies = new CollectTallies();
    const sweep: Sweep = { mark, markedAtMs: startedAtMs, beforeMs: startedAtMs - maxAgeMs, dryRun, tallies, signal };
    if (mark.problems.length === 0) await this.#sweepBlobs(sweep);
    const refused = sweep.mark.problems.length > 0;
    const swept = dryRun || refused ? undefined : await this.#init.store.sweep({ signal });
    const { examined, deleted, kept, failures } = tallies;
    const { links, problems } = sweep.mark;
    const finishedAtMs = this.#clock.nowMs();
    return { dryRun, startedAtMs, finishedAtMs, problems, links, examined, deleted, kept, failures, swept };
  }

  async #sweepBlobs(sweep: Sweep): Promise<void> {
    let group: BlobKey[] = [];
    for await (const info of this.#init.store.list({ signal: sweep.signal })) {
      if (this.#isCandidate(info, sweep)) group.push(info.key);
      if (group.length < GROUP_SIZE) continue;
      if (!(await this.#deleteGroup(group, sweep))) return;
      group = [];
    }
    await this.#deleteGroup(group, sweep);
  }

  #isCandidate({ key, referencedAtMs }: BlobInfo, { mark, beforeMs, tallies }: Sweep): boolean {
    tallies.examined.add(key);
    const young = referencedAtMs >= beforeMs;
    const linked = mark.digests.has(key.digest);
    if (young) tallies.kept.young.add(key);
    else if (linked) tallies.kept.linked.add(key);
    return !young && !linked;
  }

  /** False when a new mark could not be completed: then nothing more is deleted. */
  async #deleteGroup(group: readonly BlobKey[], sweep: Sweep): Promise<boolean> {
    const { tallies, signal } = sweep;
    if (group.length === 0) return true;
    if (!(await this.#refreshMark(sweep))) return false;
    const startedMs = this.#clock.nowMs();
    const linked = group.filter((key) => sweep.mark.digests.has(key.digest));
    for (const key of linked) tallies.kept.linked.add(key);
    const others = group.filter((key) => !linked.includes(key));
    await this.#init.pins.withUnpinned(
      others,
      async (unpinned) => {
        for (const key of others) if (!unpinned.includes(key)) tallies.kept.pinned.add(key);
        await Promise.all(unpinned.map((key) => this.#delete(key, sweep)));
      },
      { signal },
    );
    await this.#rest(group.length, startedMs, { signal });
    return true;
  }

  async #refreshMark(sweep: Sweep): Promise<boolean> {
    const nowMs = this.#clock.nowMs();
    if (nowMs - sweep.markedAtMs < MARK_TRUSTED_MS) return true;
    sweep.mark = await markReferences(this.#init.sources, { signal: sweep.signal });
    sweep.markedAtMs = nowMs;
    return sweep.mark.problems.length === 0;
  }

  async #delete(key: BlobKey, { beforeMs, dryRun, tallies, signal }: Sweep): Promise<void> {
    signal?.throwIfAborted();
    try {
      if ((await this.#init.keeps?.(key)) === true) tallies.kept.linked.add(key);
      else if (dryRun) tallies.deleted.add(key);
      else if (await this.#init.store.delete(key, { ifReferencedBeforeMs: beforeMs, signal })) tallies.deleted.add(key);
      else tallies.kept.again.add(key);
    } catch (error) {
      signal?.throwIfAborted();
      tallies.failures.push({ key: formatBlobKey(key), error });
    }
  }

  /** Outside of the time in which pins wait. */
  async #rest(blobs: number, startedMs: number, options: AbortOptions): Promise<void> {
    const { maxDeletesPerSecond = 1000 } = this.#init;
    const dueMs = startedMs + (blobs * 1000) / maxDeletesPerSecond;
    const restMs = dueMs - this.#clock.nowMs();
    if (restMs > 0) await this.#clock.sleep(restMs, options);
  }
}

interface Sweep {
  mark: Mark;
  markedAtMs: number;
  readonly beforeMs: number;
  readonly dryRun: boolean;
  readonly tallies: CollectTallies;
  readonly signal: AbortSignal | undefined;
}

export function createCollector(init: BlobCollectorInit): Collector {
  return new BlobCollector(init);
}
