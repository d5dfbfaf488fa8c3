import type { AbortOptions } from '@waybill/common';
import type { FoundUsage, UsageCache } from '../trace/usage.ts';

/** A cache of traces that can be kept for the next run. */
export interface SavedUsageCache extends UsageCache {
  save(options?: AbortOptions): Promise<void>;
}

/** Remembers for one run. */
export function memoryUsageCache(): SavedUsageCache {
  const entries = new Map<string, readonly FoundUsage[]>();
  return {
    get: (key) => entries.get(key),
    set: (key, found) => void entries.set(key, found),
    save: () => Promise.resolve(),
  };
}
