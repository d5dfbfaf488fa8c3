import { stat } from 'node:fs/promises';
import path from 'node:path';
import { BlockStoreUnreadableError, loadBlockVerifier } from '@waybill/block-store';
import { type AbortOptions, ensureDirectory, isErrnoException, syncDirectory } from '@waybill/common';
import { type LmdbBlockStore, LmdbStore } from './lmdb-block-store.ts';
import { type LmdbDatabase, openDatabase } from './lmdb-database.ts';
import { LmdbStoreMissingError } from './lmdb-errors.ts';
import { asLmdbWriteError } from './lmdb-write-error.ts';
import { assertFormat } from './store-format.ts';

export interface OpenLmdbBlockStoreInit {
  /** A folder: the database makes `data.mdb` and `lock.mdb` in it. It is made unless `readOnly`. Not on a network file system. */
  path: string;
  /** Nothing is written, and nothing made; default false. Others may write meanwhile. */
  readOnly?: boolean | undefined;
  /** Whether contents are hashed when they are read; they always are when they are put. Default false. */
  verifyReads?: boolean | undefined;
  /** Contents are committed when so many bytes have come; default 8 MiB: more is hardly quicker, and blocks the thread longer. */
  batchBytes?: number | undefined;
  /**
   * The index is committed, and the blocks are to be found, when so many have come, and at the end of each call; default
   * 1,048,576, at most twice that. Each commit rewrites most of the index; each block that waits costs 60 bytes.
   */
  batchBlocks?: number | undefined;
}

/**
 * Opens a block store in a folder. Several may be open on one folder, in many threads and processes; of those who write, one
 * goes at a time.
 * @throws LmdbStoreMissingError, LmdbFormatUnknownError, BlockStoreUnreadableError, DiskFullError.
 */
export async function openLmdbBlockStore(
  {
    path: folder,
    readOnly = false,
    verifyReads = false,
    batchBytes = 8_388_608,
    batchBlocks = 1_048_576,
  }: OpenLmdbBlockStoreInit,
  options: AbortOptions = {},
): Promise<LmdbBlockStore> {
  options.signal?.throwIfAborted();
  // Absolute, so that one folder is one database however it is named.
  const resolved = path.resolve(folder);
  if (readOnly) await assertThere(resolved);
  else await ensureDirectory(resolved, options);
  const verifier = await loadBlockVerifier();
  const database = await openChecked(resolved, readOnly);
  return new LmdbStore({ path: resolved, database, verifier, verifyReads, batchBytes, batchBlocks });
}

async function openChecked(folder: string, readOnly: boolean): Promise<LmdbDatabase> {
  const database = tryOpen(folder, readOnly);
  try {
    assertFormat(database, { path: folder, readOnly });
    // The names of the files that LMDB has made.
    if (!readOnly) await syncDirectory(folder);
    return database;
  } catch (error) {
    await database.close();
    throw asLmdbWriteError(error, folder);
  }
}

function tryOpen(folder: string, readOnly: boolean): LmdbDatabase {
  try {
    return openDatabase({ path: folder, readOnly });
  } catch (error) {
    const full = asLmdbWriteError(error, folder);
    throw full === error ? new BlockStoreUnreadableError(undefined, error) : full;
  }
}

async function assertThere(folder: string): Promise<void> {
  try {
    await stat(path.join(folder, 'data.mdb'));
  } catch (error) {
    throw isErrnoException(error, 'ENOENT') ? new LmdbStoreMissingError(folder, error) : error;
  }
}
