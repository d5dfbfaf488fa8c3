import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type BlockStore, BlockStoreUnreadableError, loadBlockVerifier } from '@waybill/block-store';
import { type AbortOptions, isErrnoException } from '@waybill/common';
import { FlatfsStore } from './flatfs-block-store.ts';
import { FlatfsStoreMissingError } from './flatfs-errors.ts';
import { parseSharding } from './sharding.ts';

export interface OpenFlatfsBlockStoreInit {
  /** The folder with the file `SHARDING`, or the repository of Kubo, which has it in `blocks`. */
  path: string;
  /** Whether contents are hashed when they are read; default true: others wrote them. */
  verifyReads?: boolean | undefined;
  /** Files that are read at once; default 32, more than the four threads of Node keep busy, so that none waits. */
  concurrency?: number | undefined;
}

/**
 * Opens the blocks of Kubo where they lie. Nothing is ever written. Kubo may run meanwhile.
 * @throws FlatfsStoreMissingError, FlatfsShardingInvalidError, BlockStoreUnreadableError.
 */
export async function openFlatfsBlockStore(
  { path: given, verifyReads = true, concurrency = 32 }: OpenFlatfsBlockStoreInit,
  { signal }: AbortOptions = {},
): Promise<BlockStore> {
  signal?.throwIfAborted();
  const { folder, sharding } = await findStore(path.resolve(given));
  const shard = parseSharding(sharding);
  return new FlatfsStore({ folder, shard, verifier: await loadBlockVerifier(), verifyReads, concurrency });
}

async function findStore(given: string): Promise<{ folder: string; sharding: string }> {
  let missing: unknown;
  for (const folder of [given, path.join(given, 'blocks')]) {
    try {
      return { folder, sharding: await readFile(path.join(folder, 'SHARDING'), 'utf8') };
    } catch (error) {
      if (!isErrnoException(error, 'ENOENT')) throw new BlockStoreUnreadableError(undefined, error);
      missing ??= error;
    }
  }
  throw new FlatfsStoreMissingError(given, missing);
}
