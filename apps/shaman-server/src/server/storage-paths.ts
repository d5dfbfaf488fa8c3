import { join, resolve } from 'node:path';
import type { StoreConfig } from '../config/check-serve-config.ts';

/**
 *     STORAGE/file-store/{stored,uploading}/   the files; with --blob-store: a cache of those that checkouts need
 *     STORAGE/jobs/                            the checkouts
 *     STORAGE/.waybill/                        lock files, and where the running server can be reached
 *
 * As Flamenco 3 has it, so that an existing storage is used as it is.
 */
export interface StoragePaths {
  readonly root: string;
  readonly fileStore: string;
  readonly checkouts: string;
  readonly state: string;
}

export function storagePaths({
  storage,
  fileStore,
  checkouts,
}: Pick<StoreConfig, 'storage' | 'fileStore' | 'checkouts'>): StoragePaths {
  const root = resolve(storage);
  return {
    root,
    fileStore: fileStore === undefined ? join(root, 'file-store') : resolve(fileStore),
    checkouts: checkouts === undefined ? join(root, 'jobs') : resolve(checkouts),
    state: join(root, '.waybill'),
  };
}
