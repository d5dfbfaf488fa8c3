import { readFile, stat } from 'node:fs/promises';
import {
  allOrStop,
  blockReads,
  type BlockStore,
  BlockStoreUnreadableError,
  type BlockVerifier,
  identityContent,
  OpenCalls,
} from '@waybill/block-store';
import { type AbortOptions, isErrnoException, Semaphore } from '@waybill/common';
import { blockPaths } from './block-paths.ts';
import type { ShardFunction } from './sharding.ts';

export interface FlatfsStoreInit {
  folder: string;
  shard: ShardFunction;
  verifier: BlockVerifier;
  verifyReads: boolean;
  concurrency: number;
}

export class FlatfsStore implements BlockStore {
  readonly has: BlockStore['has'];
  readonly get: BlockStore['get'];
  readonly getMany: BlockStore['getMany'];
  readonly getManyBytes: BlockStore['getManyBytes'];
  readonly #init: FlatfsStoreInit;
  readonly #calls = new OpenCalls();
  readonly #files: Semaphore;

  constructor(init: FlatfsStoreInit) {
    this.#init = init;
    this.#files = new Semaphore(init.concurrency);
    const reads = blockReads({
      hasBytes: (cid, options) => this.#run(options, () => this.#has(cid)),
      getManyBytes: (cids, options) => this.#run(options, () => this.#readMany(cids, options)),
    });
    ({ has: this.has, get: this.get, getMany: this.getMany, getManyBytes: this.getManyBytes } = reads);
  }

  close(): Promise<void> {
    return this.#calls.close();
  }

  #run<T>({ signal }: AbortOptions, work: () => Promise<T>): Promise<T> {
    return this.#calls.run(() => {
      signal?.throwIfAborted();
      return work();
    });
  }

  async #has(cid: Uint8Array): Promise<boolean> {
    if (identityContent(cid) !== undefined) return true;
    return (await this.#firstFound(cid, (path) => stat(path))) !== undefined;
  }

  #readMany(cids: readonly Uint8Array[], options: AbortOptions): Promise<(Uint8Array | undefined)[]> {
    return allOrStop(cids, (cid, stop) => this.#files.run(() => this.#read(cid), stop), options);
  }

  async #read(cid: Uint8Array): Promise<Uint8Array | undefined> {
    const inside = identityContent(cid);
    if (inside !== undefined) return inside;
    const data = await this.#firstFound(cid, (path) => readFile(path));
    if (data !== undefined && this.#init.verifyReads) this.#init.verifier.assertStored(cid, data);
    return data;
  }

  async #firstFound<T>(cid: Uint8Array, read: (path: string) => Promise<T>): Promise<T | undefined> {
    const { folder, shard } = this.#init;
    for (const path of blockPaths(folder, shard, cid)) {
      try {
        return await read(path);
      } catch (error) {
        if (!isErrnoException(error, 'ENOENT')) throw new BlockStoreUnreadableError(cid, error);
      }
    }
    await this.#assertFolder(cid);
    return undefined;
  }

  /** Without its folder, on a disk that was unmounted say, the store is unreadable, and not one in which all blocks are missing. */
  async #assertFolder(cid: Uint8Array): Promise<void> {
    try {
      await stat(this.#init.folder);
    } catch (error) {
      throw new BlockStoreUnreadableError(cid, error);
    }
  }
}
