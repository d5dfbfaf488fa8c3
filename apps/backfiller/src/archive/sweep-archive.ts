import path from 'node:path';
import { sweepTempFiles } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import { isHour } from '@waybill/segments';
import type { ListingCache } from './listing-cache.ts';
import { matchOwnTempName } from './temp-names.ts';

export interface SweepArchiveInit extends AbortOptions {
  /** Absolute. */
  base: string;
  listings: ListingCache;
}

/**
 * Removes temp files that writers of ours which are gone have left anywhere in the archive; resolves to their paths. Hour
 * directories are not read for it, but looked up in the listings, which read each of them once for whoever asks first.
 */
export async function sweepArchive({ base, listings, signal }: SweepArchiveInit): Promise<string[]> {
  const hours: string[] = [];
  const enter = (directory: string): boolean => {
    if (!isHourDirectory(base, directory)) return true;
    hours.push(directory);
    return false;
  };
  const removed = await sweepTempFiles(base, { recursive: enter, match: matchOwnTempName, signal });
  for (const hour of hours) {
    signal?.throwIfAborted();
    const { ownTempNames } = await listings.summary(hour);
    if (ownTempNames.length > 0) removed.push(...(await sweepTempFiles(hour, { match: matchOwnTempName, signal })));
  }
  return removed;
}

/** BASE/CHANNEL/QUALITY/HOUR */
function isHourDirectory(base: string, directory: string): boolean {
  return isHour(path.basename(directory)) && path.dirname(path.dirname(path.dirname(directory))) === base;
}
