import type { Logger } from 'pino';
import type { Archive } from '../archive/archive.ts';
import type { BackfillMetrics } from './report/backfill-metrics.ts';
import type { BackfillSettings } from './backfill-settings.ts';
import type { BadCopies } from './compare/bad-copies.ts';
import type { PassMemory } from './pass/pass-memory.ts';
import type { TombstoneLedger } from './compare/tombstone-ledger.ts';

/** What all passes of an engine share. */
export interface EngineParts {
  readonly archive: Archive;
  readonly settings: BackfillSettings;
  readonly log: Logger;
  readonly metrics: BackfillMetrics;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly freeBytes: () => Promise<number>;
  readonly memory: PassMemory;
  readonly badCopies: BadCopies;
  readonly tombstones: TombstoneLedger;
  /** Writes the memory to the disk. Never rejects. */
  readonly saveMemory: () => Promise<void>;
}
