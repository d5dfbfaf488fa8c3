import { setImmediate } from 'node:timers/promises';
import {
  type Block,
  blockReads,
  type BlockStore,
  OpenCalls,
  type PutManyResult,
  type WritableBlockStore,
} from '@waybill/block-store';
import { type AbortOptions, Semaphore } from '@waybill/common';
import { CID } from 'multiformats/cid';
import type { LmdbDatabase } from './lmdb-database.ts';
import { asLmdbWriteError } from './lmdb-write-error.ts';
import type { BulkLoadInit } from './bulk-load.ts';
import { putBatches, putBlocks } from './put-blocks.ts';
import { hasBlock, readBlocks } from './read-blocks.ts';

/** A block store in an LMDB database, with the roots of the chain that was put into it. */
export interface LmdbBlockStore extends WritableBlockStore {
  /**
   * `putMany` for blocks that come many together, as they are read from a file: that saves a promise for each. A batch is read
   * before the next one is asked for, and may be overwritten then.
   */
  putBatches(
    batches: Iterable<Iterable<Block>> | AsyncIterable<Iterable<Block>>,
    options?: AbortOptions,
  ): Promise<PutManyResult>;
  /** How many blocks are to be found. */
  blockCount(options?: AbortOptions): Promise<number>;
  /** What `setRoots` has kept; empty before. */
  roots(options?: AbortOptions): Promise<CID[]>;
  /** Keeps the CIDs of a head beside the blocks; resolves when that is durable. Whether they are there is not looked at. */
  setRoots(cids: readonly CID[], options?: AbortOptions): Promise<void>;
}

export interface LmdbStoreInit extends BulkLoadInit {
  verifyReads: boolean;
}

const ROOTS_KEY = Buffer.from('roots');
/** Reading so many blocks takes some milliseconds; then others get their turn. */
const READS_PER_TURN = 1000;

export class LmdbStore implements LmdbBlockStore {
  readonly has: BlockStore['has'];
  readonly get: BlockStore['get'];
  readonly getMany: BlockStore['getMany'];
  readonly getManyBytes: BlockStore['getManyBytes'];
  readonly #init: LmdbStoreInit;
  readonly #database: LmdbDatabase;
  readonly #calls = new OpenCalls();
  /** LMDB has one writer at a time. */
  readonly #writing = new Semaphore(1);

  constructor(init: LmdbStoreInit) {
    this.#init = init;
    this.#database = init.database;
    const reads = blockReads({
      hasBytes: (cid, options) => this.#run(options, () => hasBlock(this.#database, cid)),
      getManyBytes: (cids, options) => this.#run(options, () => this.#readMany(cids, options)),
    });
    ({ has: this.has, get: this.get, getMany: this.getMany, getManyBytes: this.getManyBytes } = reads);
  }

  async put(cid: CID, data: Uint8Array, options: AbortOptions = {}): Promise<void> {
    await this.putMany([{ cid: cid.bytes, data }], options);
  }

  putMany(blocks: Iterable<Block> | AsyncIterable<Block>, options: AbortOptions = {}): Promise<PutManyResult> {
    return this.#run(options, () => this.#writing.run(() => putBlocks(blocks, this.#init, options), options));
  }

  putBatches(
    batches: Iterable<Iterable<Block>> | AsyncIterable<Iterable<Block>>,
    options: AbortOptions = {},
  ): Promise<PutManyResult> {
    return this.#run(options, () => this.#writing.run(() => putBatches(batches, this.#init, options), options));
  }

  blockCount(options: AbortOptions = {}): Promise<number> {
    return this.#run(options, () => {
      const { entryCount } = this.#database.index.getStats() as { entryCount: number };
      return entryCount;
    });
  }

  roots(options: AbortOptions = {}): Promise<CID[]> {
    return this.#run(options, () => {
      const kept = Buffer.from(this.#database.meta.getBinary(ROOTS_KEY) ?? []).toString();
      return kept === '' ? [] : kept.split('\n').map((text) => CID.parse(text));
    });
  }

  setRoots(cids: readonly CID[], options: AbortOptions = {}): Promise<void> {
    return this.#run(options, () => {
      const { meta } = this.#database;
      const text = Buffer.from(cids.map(String).join('\n'));
      try {
        this.#database.write(() => meta.putSync(ROOTS_KEY, text));
      } catch (error) {
        throw asLmdbWriteError(error, this.#init.path);
      }
    });
  }

  async close(): Promise<void> {
    await this.#calls.close();
    await this.#database.close();
  }

  #run<T>({ signal }: AbortOptions, work: () => T | Promise<T>): Promise<T> {
    return this.#calls.run(() => {
      signal?.throwIfAborted();
      // The library renews its view when the event loop turns; a call that follows another at once would see the old one.
      this.#database.renewReads();
      return work();
    });
  }

  async #readMany(cids: readonly Uint8Array[], { signal }: AbortOptions): Promise<(Uint8Array | undefined)[]> {
    if (cids.length <= READS_PER_TURN) return readBlocks(this.#init, cids);
    const found: (Uint8Array | undefined)[] = [];
    for (let from = 0; from < cids.length; from += READS_PER_TURN) {
      for (const data of readBlocks(this.#init, cids.slice(from, from + READS_PER_TURN))) found.push(data);
      await setImmediate();
      signal?.throwIfAborted();
    }
    return found;
  }
}
