import { DEFAULT_SETTINGS } from '../backfill/backfill-settings.ts';
import type { ConfigOf } from '@waybill/cli-kit';
import type { BackfillSettings } from '../backfill/backfill-settings.ts';
import { parseBackfillStart } from '../backfill/pass/backfill-start.ts';
import type { BACKFILL_OPTIONS } from './backfill-options.ts';

export type BackfillConfig = ConfigOf<typeof BACKFILL_OPTIONS>;

export interface Wanted {
  readonly channels: readonly string[];
  readonly qualities: readonly string[];
}

/** The engine's settings as the configuration says them. Throws BackfillStartInvalidError. */
export function toSettings(
  config: BackfillConfig,
  { channels, qualities }: Wanted,
): Partial<BackfillSettings> & Wanted {
  return {
    channels: [...new Set(channels)],
    qualities: [...new Set(qualities)],
    extras: config.extras,
    start: config.start === undefined ? undefined : parseBackfillStart(config.start),
    recentCutoffSeconds: config.recentCutoff,
    downloadConcurrency: config.downloadConcurrency,
    totalConcurrency:
      config.totalConcurrency ?? Math.max(DEFAULT_SETTINGS.totalConcurrency, config.downloadConcurrency),
    batchSize: config.batchSize,
    intervalMs: config.interval,
    live: config.live,
    deleteOld: config.deleteOld,
    minFreeBytes: config.minFreeBytes,
    tombstoneLimit: config.maxTombstones,
  };
}
