import type { FailReason, SkipReason } from './reasons.ts';

export type ReasonCounts<Reason extends string> = Partial<Record<Reason, number>>;

/** What one pass did for one channel and quality, or for one directory of extras (`channel` empty). */
export interface PairReport {
  readonly channel: string;
  readonly quality: string;
  /** Contents downloaded and in place: segments, chat batches or extras. */
  readonly segments: number;
  readonly bytes: number;
  /** Those whose content is what the name says: all segments and chat batches. Extras have no digest in their name. */
  readonly verified: number;
  readonly tombstones: number;
  /** Contents that were not what the name says, and were dropped. */
  readonly mismatches: number;
  /** Failed attempts, mismatches included; another node may have brought the item. */
  readonly failedAttempts: number;
  /** Still missing at the end. */
  readonly failed: ReasonCounts<FailReason>;
  readonly skipped: ReasonCounts<SkipReason>;
  /** Hours in which something was missing and of which this node's listing is now complete here. */
  readonly hoursCompleted: number;
  /** In a dry run: what would be downloaded. */
  readonly planned: number;
}

export interface NodeReport {
  readonly key: string;
  readonly name: string;
  /** Everything that the node has and may give is here. */
  readonly complete: boolean;
  /** What ended the comparison early, or the first listing that failed. */
  readonly error?: { readonly code: string; readonly message: string };
  /** Names that do not follow the grammar. */
  readonly refusedNames: number;
  readonly alerts: readonly string[];
  readonly pairs: readonly PairReport[];
}

export interface BackfillReport {
  /** All nodes were compared to the end, and nothing that they have and may give is missing. False without a node. */
  readonly complete: boolean;
  readonly dryRun: boolean;
  readonly seconds: number;
  /** What ended the pass before its end. */
  readonly stoppedBy?: 'disk-full' | 'signal';
  readonly totals: Omit<PairReport, 'channel' | 'quality'>;
  readonly nodes: readonly NodeReport[];
}
