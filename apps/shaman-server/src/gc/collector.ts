import type { AbortOptions } from '@waybill/common';
import type { SweepResult } from '@waybill/blob-store';

export interface CollectOptions extends AbortOptions {
  /** Deletes nothing, counts what it would. Default false. */
  dryRun?: boolean;
  /** Blobs that nobody has referred to for this long may go. Default: the collector's own, 31 days as in the originals. */
  maxAgeMs?: number;
}

export interface BlobTally {
  readonly blobs: number;
  readonly sizeBytes: number;
}

/** A place where references could not be read. One is enough, and nothing is deleted. */
export interface MarkProblem {
  readonly source: string;
  readonly error: unknown;
}

export interface CollectReport {
  readonly dryRun: boolean;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  /** Not empty: the mark is incomplete, so nothing was deleted. */
  readonly problems: readonly MarkProblem[];
  /** Links found in checkouts. */
  readonly links: number;
  readonly examined: BlobTally;
  /** In a dry run: what would be deleted. */
  readonly deleted: BlobTally;
  /** Why old blobs stay. `again` = referred to again between being looked at and being deleted. */
  readonly kept: {
    readonly linked: BlobTally;
    readonly young: BlobTally;
    readonly pinned: BlobTally;
    readonly again: BlobTally;
  };
  /** Blobs that could not be deleted; the run went on. */
  readonly failures: readonly { readonly key: string; readonly error: unknown }[];
  /** What the store swept of crashed uploads; undefined in a dry run and with problems. */
  readonly swept: SweepResult | undefined;
}

/** Removes blobs that no checkout links, no pin holds, and nobody has referred to for long. */
export interface Collector {
  readonly running: boolean;
  /**
   * One collection.
   * @throws CollectionRunningError when one runs already, here or in another process of the same store.
   */
  collect(options?: CollectOptions): Promise<CollectReport>;
}
