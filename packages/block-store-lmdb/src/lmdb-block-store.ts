import { setImmediate } from 'node:timers/promises';
import {
  type Block,
  blockReads,
  type BlockStore,
  BlockStoreUnreadableError,
  cidParts,
  identityContent,
  OpenCalls,
  type PutManyResult,
  type WritableBlockStore,
} from '@waybill/block-store';
import { type AbortOptions, Semaphore } from '@waybill/common';
import { CID } from 'multiformats/cid';
import type { LmdbDatabase } from './lmdb-database.ts';
import { asLmdbWriteError } from './lmdb-write-error.ts';
import { putBlocks, type PutBlocksInit } from './put-blocks.ts';

/** A block store in an LMDB database, with the roots of the chain that was put into it. */
export interface LmdbBlockStore extends WritableBlockStore {
  /** What `setRoots` has kept; empty before. */
  roots(options?: AbortOptions): Promise<CID[]>;
  /** Keeps the CIDs of a head beside the blocks; resolves when that is durable. Whether they are there is not looked at. */
  setRoots(cids: readonly CID[], options?: AbortOptions): Promise<void>;
}

export interface LmdbStoreInit extends PutBlocksInit {
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
      hasBytes: (cid, options) => this.#run(options, () => this.#has(cid)),
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

  #has(cid: Uint8Array): boolean {
    const parts = cidParts(cid);
    if (identityContent(cid, parts) !== undefined) return true;
    return reading(cid, () => this.#database.index.doesExist(cid.subarray(parts.multihashStart)));
  }

  async #readMany(cids: readonly Uint8Array[], { signal }: AbortOptions): Promise<(Uint8Array | undefined)[]> {
    const found: (Uint8Array | undefined)[] = [];
    for (const cid of cids) {
      found.push(this.#read(cid));
      if (found.length % READS_PER_TURN !== 0) continue;
      await setImmediate();
      signal?.throwIfAborted();
    }
    return found;
  }

  #read(cid: Uint8Array): Uint8Array | undefined {
    const parts = cidParts(cid);
    const inside = identityContent(cid, parts);
    if (inside !== undefined) return inside;
    const { database, verifyReads, verifier } = this.#init;
    const data = reading(cid, () => lookUp(database, cid.subarray(parts.multihashStart)));
    if (data !== undefined && verifyReads) verifier.assertStored(cid, data);
    return data;
  }
}

function lookUp({ index, blocks }: LmdbDatabase, key: Uint8Array): Uint8Array | undefined {
  const number = index.getBinaryFast(key);
  if (number === undefined) return undefined;
  const [high = 0, upper = 0, lower = 0, low = 0] = number;
  const at = high * 2 ** 24 + ((upper << 16) | (lower << 8) | low);
  const data = blocks.getBinary(at);
  if (data === undefined) throw new Error(`the index names block number ${at}, which is not there`);
  return data;
}

function reading<T>(cid: Uint8Array, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new BlockStoreUnreadableError(cid, error);
  }
}
