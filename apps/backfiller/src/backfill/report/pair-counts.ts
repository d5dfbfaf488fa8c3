import type { PairReport, ReasonCounts } from './backfill-report.ts';
import type { FailReason, SkipReason } from './reasons.ts';

/** Counts of one channel and quality while a pass runs. */
export class PairCounts {
  segments = 0;
  bytes = 0;
  verified = 0;
  tombstones = 0;
  mismatches = 0;
  failedAttempts = 0;
  hoursCompleted = 0;
  planned = 0;
  readonly failed: ReasonCounts<FailReason> = {};
  readonly skipped: ReasonCounts<SkipReason> = {};

  skip(reason: SkipReason, times = 1): void {
    this.skipped[reason] = (this.skipped[reason] ?? 0) + times;
  }

  /** Adds another one's counts. */
  add(other: Omit<PairReport, 'channel' | 'quality'>): this {
    this.segments += other.segments;
    this.bytes += other.bytes;
    this.verified += other.verified;
    this.tombstones += other.tombstones;
    this.mismatches += other.mismatches;
    this.failedAttempts += other.failedAttempts;
    this.hoursCompleted += other.hoursCompleted;
    this.planned += other.planned;
    addReasons(this.failed, other.failed);
    addReasons(this.skipped, other.skipped);
    return this;
  }

  toJSON(): Omit<PairReport, 'channel' | 'quality'> {
    const {
      segments,
      bytes,
      verified,
      tombstones,
      mismatches,
      failedAttempts,
      failed,
      skipped,
      hoursCompleted,
      planned,
    } = this;
    return {
      segments,
      bytes,
      verified,
      tombstones,
      mismatches,
      failedAttempts,
      failed,
      skipped,
      hoursCompleted,
      planned,
    };
  }
}

const addReasons = <R extends string>(to: ReasonCounts<R>, from: ReasonCounts<R>): void => {
  for (const reason of Object.keys(from) as R[]) to[reason] = (to[reason] ?? 0) + (from[reason] ?? 0);
};
