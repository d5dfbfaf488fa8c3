import { DirectoryLockedError } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import { checkStoreConfig } from '../config/check-serve-config.ts';
import type { StoreConfig } from '../config/check-serve-config.ts';
import { readAdminFile } from '../server/admin-file.ts';
import { callServer } from '../server/call-server.ts';
import type { ServerCall } from '../server/call-server.ts';
import { openStorage } from '../server/open-storage.ts';
import type { OpenStorageInit, Storage } from '../server/open-storage.ts';
import { ownStorage } from '../server/own-storage.ts';
import { plainReport } from '../server/report-json.ts';
import { storagePaths } from '../server/storage-paths.ts';

export interface StorageWork {
  /** Where no server runs. */
  here(storage: Storage, options: AbortOptions): Promise<unknown>;
  /** The same, asked of the server that owns the storage: it knows what is in flight. May throw what is not to be asked of it. */
  call: () => ServerCall;
}

/**
 * Works on a storage whether a server runs on it or not: a server is asked to do it itself. Both ways have the same result,
 * as JSON has it.
 * @throws DirectoryLockedError where the storage is owned by a server that cannot be asked.
 */
export async function withStorage(init: OpenStorageInit, work: StorageWork, options: AbortOptions): Promise<unknown> {
  checkStoreConfig(init.config);
  const lock = await tryOwn(init.config, options);
  if (lock instanceof DirectoryLockedError) {
    const access = await readAdminFile(storagePaths(init.config).state);
    if (access === undefined) throw lock;
    return await callServer(access, work.call(), options);
  }
  await using _lock = lock;
  await using storage = await openStorage(init);
  return plainReport(await work.here(storage, options));
}

async function tryOwn(config: StoreConfig, options: AbortOptions): Promise<AsyncDisposable | DirectoryLockedError> {
  try {
    return await ownStorage(config, options);
  } catch (error) {
    if (error instanceof DirectoryLockedError) return error;
    throw error;
  }
}
