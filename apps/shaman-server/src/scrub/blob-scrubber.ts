import type { BlobKey, BlobStore } from '@waybill/blob-store';
import { type Clock, systemClock } from '../state/clock.ts';
import { ByteBudget } from './byte-budget.ts';
import { checkBlob } from './check-blob.ts';
import { ScrubRunningError } from './scrub-errors.ts';
import type { ScrubFinding, ScrubOptions, Scrubber, ScrubReport } from './scrubber.ts';

export interface BlobScrubberInit {
  store: BlobStore;
  /** Default 20,000,000: a terabyte in 14 hours, and some percent of what a disk can give. */
  bytesPerSecond?: number;
  /** Told of each finding at once; a pass may take days. */
  onFinding?: (finding: ScrubFinding) => void;
  clock?: Clock;
}

/** Opening a blob costs about as much as reading this: without it, millions of small blobs would come at full speed. */
const OPEN_COST_BYTES = 4096;

/** A corrupt blob is moved aside, so that `has` denies it and clients send it again; links of checkouts then work again. */
export class BlobScrubber implements Scrubber {
  readonly #init: BlobScrubberInit;
  readonly #clock: Clock;
  #running = false;

  constructor(init: BlobScrubberInit) {
    this.#init = init;
    this.#clock = init.clock ?? systemClock;
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

  async #scrub({ dryRun = false, signal }: ScrubOptions): Promise<ScrubReport> {
    const { store, bytesPerSecond = 20_000_000, onFinding } = this.#init;
    const startedAtMs = this.#clock.nowMs();
    const budget = new ByteBudget(bytesPerSecond, this.#clock);
    const findings: ScrubFinding[] = [];
    let checkedBlobs = 0;
    let checkedBytes = 0;
    const pace = (bytes: number): Promise<void> => {
      checkedBytes += bytes;
      return budget.spend(bytes, { signal });
    };
    for await (const { key } of store.list({ signal })) {
      await budget.spend(OPEN_COST_BYTES, { signal });
      const verdict = await checkBlob(store, key, pace, { signal });
      checkedBlobs += 1;
      if (verdict.kind !== 'corrupt' && verdict.kind !== 'unreadable') continue;
      const finding = await this.#act(key, verdict.kind, verdict.error, { dryRun, signal });
      findings.push(finding);
      onFinding?.(finding);
    }
    return { dryRun, startedAtMs, finishedAtMs: this.#clock.nowMs(), checkedBlobs, checkedBytes, findings };
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
