import { homedir } from 'node:os';
import { join } from 'node:path';
import type { AbortOptions } from '@waybill/common';
import { type DigestCache, memoryDigestCache } from './digest-cache.ts';
import { openFileDigestCache } from './file-digest-cache.ts';
import { type SavedUsageCache, memoryUsageCache } from './saved-usage-cache.ts';
import { fileUsageCache } from './file-usage-cache.ts';

export interface OpenCachesOptions {
  /** Default true. */
  readonly cache?: boolean | undefined;
  /** Default: `defaultStateDirectory()`. */
  readonly stateDir?: string | undefined;
  /** Told what kept a cache from being saved. Work goes on without. Default: nobody is told. */
  readonly onSaveError?: ((error: unknown) => void) | undefined;
}

/** What is remembered of files that have not changed. */
export interface Caches {
  readonly digests: DigestCache;
  readonly usages: SavedUsageCache;
}

/** Opens both caches of a folder, which need not exist. Where it cannot be read, nothing is known; where it cannot be written, nothing is remembered. */
export async function openCaches({ cache = true, stateDir, onSaveError }: OpenCachesOptions = {}): Promise<Caches> {
  if (!cache) return { digests: memoryDigestCache(), usages: memoryUsageCache() };
  const directory = stateDir ?? defaultStateDirectory();
  return {
    digests: dispensable(await openFileDigestCache(join(directory, 'digests')), onSaveError),
    usages: dispensable(fileUsageCache(join(directory, 'traces')), onSaveError),
  };
}

/** No pack fails of what only makes the next one faster. */
function dispensable<T extends DigestCache | SavedUsageCache>(
  cache: T,
  onSaveError: OpenCachesOptions['onSaveError'],
): T {
  const save = async ({ signal }: AbortOptions = {}): Promise<void> => {
    try {
      await cache.save({ signal });
    } catch (error) {
      signal?.throwIfAborted();
      onSaveError?.(error);
    }
  };
  return { ...cache, save };
}

/** Where the system keeps what programs may lose. */
export function defaultStateDirectory(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (platform === 'win32')
    return join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'waybill', 'packer');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'waybill', 'packer');
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'waybill', 'packer');
}
