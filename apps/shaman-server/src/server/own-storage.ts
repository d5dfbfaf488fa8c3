import { lockDirectory } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import type { StoreConfig } from '../config/check-serve-config.ts';
import { storagePaths } from './storage-paths.ts';

/**
 * Makes this process the one that works in a storage. The lock is one among programs of ours: a Flamenco Manager may use the
 * same storage, and what is written there stands that.
 * @throws DirectoryLockedError.
 */
export async function ownStorage(config: StoreConfig, options: AbortOptions = {}): Promise<AsyncDisposable> {
  return await lockDirectory(storagePaths(config).state, { ...options, name: 'server' });
}
