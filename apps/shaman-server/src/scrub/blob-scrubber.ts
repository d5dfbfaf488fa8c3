import type { BlobKey, BlobStore } from '@waybill/blob-store';
import type { AbortOptions } from '@waybill/common';
import { formatHex } from '@waybill/digest';
import { type Clock, systemClock } from '../state/clock.ts';
import { ByteBudget } from './byte-budget.ts';
import { checkBlob } from './check-blob.ts';
import { createMemoryScrubJournal, type ScrubJournal, type ScrubPosition } from './scrub-journal.ts';
import { ScrubRunningError } from './scrub-errors.ts';
import type { ScrubFinding, ScrubOptions, Scrubber, ScrubReport } from './scrubber.ts';

export interface BlobScrubberInit {
  store: BlobStore;
  /** Default 20,000,000: a terabyte in 14 hours, and some percent of what a disk can give. */
  bytesPerSecond?: number;
  /** Told of each finding at once; a pass may take days. */
  onFinding?: (finding: ScrubFinding) => void;
  clock?: Clock;
  /** Default: what is done is forgotten at the end of the process. */
  journal?: ScrubJournal;
}

/** So often it is noted how far a pass has come: at 20 MB/s, a crash costs a gigabyte of reading. */
const NOTE_EVERY_MS = 60_000;

/** Opening a blob costs about as much as reading this: without it, millions of small blobs would come at full speed. */
const OPEN_COST_BYTES = 4096;

type WalkOptions = AbortOptions & { readonly resume: boolean };

/** A corrupt blob is moved aside, so that `has` denies it and clients send it again; links of checkouts then work again. */
export class BlobScrubber implements Scrubber {
  readonly #init: BlobScrubberInit;
  readonly #clock: Clock;
  readonly #journal: ScrubJournal;
  #running = false;

  constructor(init: BlobScrubberInit) {
    this.#init = init;
    this.#clock = init.clock ?? systemClock;
    this.#journal = init.journal ?? createMemoryScrubJournal();
  }

  get running(): boolean {
    return this.#running;
  }

  async scrub(options: ScrubOptions = {}): Promise<ScrubReport> {
    options.signal?.throwIfAborted();
    if (this.#running) throw new ScrubRunningError();
    this.#running = true;
    try {
      return await this.#scrub(options);
    } finally {
      this.#running = false;
    }
  }

  async #scrub({ dryRun = false, resume = false, signal }: ScrubOptions): Promise<ScrubReport> {
    const { store, bytesPerSecond = 20_000_000, onFinding } = this.#init;
    const position = resume ? await this.#begin() : this.#newPosition();
    const budget = new ByteBudget(bytesPerSecond, this.#clock);
    const findings: ScrubFinding[] = [];
    const check = async (key: BlobKey): Promise<void> => {
      let readBytes = 0;
      const pace = (bytes: number): Promise<void> => {
        readBytes += bytes;
        return budget.spend(bytes, { signal });
      };
      await budget.spend(OPEN_COST_BYTES, { signal });
      const verdict = await checkBlob(store, key, pace, { signal });
      position.checkedBlobs += 1;
      position.checkedBytes += readBytes;
      if (verdict.kind !== 'corrupt' && verdict.kind !== 'unreadable') return;
      const finding = await this.#act(key, verdict.kind, verdict.error, { dryRun, signal });
      findings.push(finding);
      onFinding?.(finding);
    };
    await this.#walk(position, check, { resume, signal });
    const finishedAtMs = this.#clock.nowMs();
    if (resume) await this.#journal.write({ finishedAtMs });
    const { startedAtMs, checkedBlobs, checkedBytes } = position;
    return { dryRun, startedAtMs, finishedAtMs, checkedBlobs, checkedBytes, findings };
  }

  async dueInMs(intervalMs: number): Promise<number> {
    const { finishedAtMs, position } = await this.#journal.read();
    if (finishedAtMs === undefined || position !== undefined) return 0;
    return Math.max(0, finishedAtMs + intervalMs - this.#clock.nowMs());
  }

  /** The store lists its blobs in the order of their digests: what is below the position was checked before. */
  async #walk(
    position: ScrubPosition,
    check: (key: BlobKey) => Promise<void>,
    { resume, signal }: WalkOptions,
  ): Promise<void> {
    let notedAtMs = this.#clock.nowMs();
    try {
      for await (const { key } of this.#init.store.list({ signal })) {
        const digest = formatHex(key.digest);
        if (digest < position.digest) continue;
        position.digest = digest;
        await check(key);
        if (!resume || this.#clock.nowMs() - notedAtMs < NOTE_EVERY_MS) continue;
        notedAtMs = this.#clock.nowMs();
        await this.#note(position);
      }
    } catch (error) {
      if (resume) await this.#note(position).catch(() => undefined);
      throw error;
    }
  }

  async #begin(): Promise<ScrubPosition> {
    const { position } = await this.#journal.read();
    return position ?? this.#newPosition();
  }

  #newPosition(): ScrubPosition {
    return { startedAtMs: this.#clock.nowMs(), digest: '', checkedBlobs: 0, checkedBytes: 0 };
  }

  #note(position: ScrubPosition): Promise<void> {
    return this.#journal.write({ position });
  }

  /** A disk that cannot be read may be read again tomorrow; what is on it stays where it is. */
  async #act(
    key: BlobKey,
    kind: ScrubFinding['kind'],
    error: unknown,
    { dryRun = false, signal }: ScrubOptions,
  ): Promise<ScrubFinding> {
    if (dryRun || kind !== 'corrupt') return { key, kind, error, quarantinedAs: undefined };
    try {
      return { key, kind, error, quarantinedAs: await this.#init.store.quarantine(key, { signal }) };
    } catch (failure) {
      signal?.throwIfAborted();
      const both = new AggregateError([error, failure], 'corrupt, and could not be moved aside', { cause: failure });
      return { key, kind, error: both, quarantinedAs: undefined };
    }
  }
}

export function createScrubber(init: BlobScrubberInit): Scrubber {
  return new BlobScrubber(init);
}
