import { lockDirectory } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import type { StoreConfig } from '../config/check-serve-config.ts';
import { asStorageError } from './start-errors.ts';
import { storagePaths } from './storage-paths.ts';

/**
 * Makes this process the one that works in a storage. The lock is one among programs of ours: a Flamenco Manager may use the
 * same storage, and what is written there stands that.
 * @throws DirectoryLockedError; StorageUnusableError.
 */
export async function ownStorage(config: StoreConfig, options: AbortOptions = {}): Promise<AsyncDisposable> {
  const { root, state } = storagePaths(config);
  try {
    return await lockDirectory(state, { ...options, name: 'server' });
  } catch (error) {
    throw asStorageError(error, root);
  }
}
