import { homedir } from 'node:os';
import { join } from 'node:path';
import { type DigestCache, memoryDigestCache } from './digest-cache.ts';
import { openFileDigestCache } from './file-digest-cache.ts';
import { type SavedUsageCache, memoryUsageCache } from './saved-usage-cache.ts';
import { fileUsageCache } from './file-usage-cache.ts';

export interface OpenCachesOptions {
  /** Default true. */
  readonly cache?: boolean | undefined;
  /** Default: `defaultStateDirectory()`. */
  readonly stateDir?: string | undefined;
}

/** What is remembered of files that have not changed. */
export interface Caches {
  readonly digests: DigestCache;
  readonly usages: SavedUsageCache;
}

/** Opens both caches of a folder, which need not exist. */
export async function openCaches({ cache = true, stateDir }: OpenCachesOptions = {}): Promise<Caches> {
  if (!cache) return { digests: memoryDigestCache(), usages: memoryUsageCache() };
  const directory = stateDir ?? defaultStateDirectory();
  return {
    digests: await openFileDigestCache(join(directory, 'digests')),
    usages: fileUsageCache(join(directory, 'traces')),
  };
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
