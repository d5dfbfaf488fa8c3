import type { BackfillStart } from './pass/backfill-start.ts';

/** When segments that a node announces are fetched: see {@link BackfillSettings.live}. */
export type LiveMode = 'auto' | 'always' | 'never';

export interface BackfillSettings {
  readonly channels: readonly string[];
  /** `chat` is one of them where chat is wanted. */
  readonly qualities: readonly string[];
  /** Directories below the base that are copied by name. Default none. */
  readonly extras: readonly string[];
  /** Hours that ended before this are left alone. Default: all hours. */
  readonly start: BackfillStart | undefined;
  /** A segment that ended less than this ago is left to the local recorder. Default 120 (spec 1.4, which counts from the start). */
  readonly recentCutoffSeconds: number;
  /** Requests for content to one node at a time. Default 5 (spec 1.4). */
  readonly downloadConcurrency: number;
  /**
   * Requests for content to all nodes at a time. Default 20: four nodes at full speed. A request that has run for
   * `slowAfterMs` no longer counts here (it does for its node), so that slow nodes do not take the others' turns.
   */
  readonly totalConcurrency: number;
  /** Default 10,000. */
  readonly slowAfterMs: number;
  /** Segments in one request to a node of ours, at most. Default 256, protocol limit 1,024. 1 = plain requests only. */
  readonly batchSize: number;
  /** Listings of one node that are asked for at a time. Default 2: the next one is under way while one is compared. */
  readonly listingConcurrency: number;
  /** What may be wanted from one node and not settled before its listings wait. Default 10,000 (some 10 MB). */
  readonly maxQueuedPerNode: number;
  /** Pause between two passes over a node. Default 120,000 ±10 % (spec 1.4). */
  readonly intervalMs: number;
  /** Extras have no digest, so that each look costs a request per directory. Default 600,000; a single pass always looks. */
  readonly extrasIntervalMs: number;
  /**
   * `always`: an announced full segment is fetched at once. `never`: announcements are not listened to.
   * `auto` (default): at once, unless another process is filling that channel and quality here – then after the
   * recent cutoff, and only if it is still missing: a recorder gets the chance that the cutoff is for.
   */
  readonly live: LiveMode;
  /** Removes whole hours older than `start`, between passes. Default false; needs `start`; never in a single pass. */
  readonly deleteOld: boolean;
  /** Below this much free space nothing is fetched. Default 0: until the disk is full. */
  readonly minFreeBytes: number;
  /** Before the first look whether a full disk has space again; then twice as long each time, up to 16-fold. Default 5,000. */
  readonly diskProbeMs: number;
  /** New tombstones of one node in one pass; above it none of them is applied. Default 100. */
  readonly tombstoneLimit: number;
  /** The same in 24 hours, so that no node can hide an archive in small portions. Default: ten times `tombstoneLimit`. */
  readonly tombstoneDailyLimit: number | undefined;
  /** Segments claiming to be longer are refused: one such name could hide everything below it. Default 120. */
  readonly maxSegmentSeconds: number;
  /** New extras of one node in one pass, together. Default 1 GiB. */
  readonly maxExtrasBytesPerPass: number;
  /** Contents of one node that were wrong or too large in one pass, before it is called hostile. Default 25. */
  readonly badContentLimit: number;
}

export const DEFAULT_SETTINGS: BackfillSettings = {
  channels: [],
  qualities: ['source'],
  extras: [],
  start: undefined,
  recentCutoffSeconds: 120,
  downloadConcurrency: 5,
  totalConcurrency: 20,
  slowAfterMs: 10_000,
  batchSize: 256,
  listingConcurrency: 2,
  maxQueuedPerNode: 10_000,
  intervalMs: 120_000,
  extrasIntervalMs: 600_000,
  live: 'auto',
  deleteOld: false,
  minFreeBytes: 0,
  diskProbeMs: 5000,
  tombstoneLimit: 100,
  tombstoneDailyLimit: undefined,
  maxSegmentSeconds: 120,
  maxExtrasBytesPerPass: 1024 * 1024 * 1024,
  badContentLimit: 25,
};
