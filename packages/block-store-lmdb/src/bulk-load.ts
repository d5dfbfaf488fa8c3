import { type Block, type BlockVerifier, cidParts, identityContent, type PutManyResult } from '@waybill/block-store';
import type { LmdbDatabase } from './lmdb-database.ts';
import { asLmdbWriteError } from './lmdb-write-error.ts';
import { PackBuilder } from './pack-builder.ts';
import { decodeRecord } from './pack-format.ts';
import { MOST_PENDING, PendingIndex } from './pending-index.ts';
import { appendPacks, noteTail, readTail, writeIndex } from './write-packs.ts';

export interface BulkLoadInit {
  path: string;
  database: LmdbDatabase;
  verifier: BlockVerifier;
  /** Contents are committed when so many bytes have come. */
  batchBytes: number;
  /** The index is committed when so many blocks have come. */
  batchBlocks: number;
}

/**
 * Blocks on their way into the database. Contents are committed often, so that little is in memory; the index rarely, because
 * digests come in no order and each commit touches most of its pages. Packs name their blocks: when an import breaks off,
 * {@link BulkLoad.adopt} makes the index of what it has left.
 */
export class BulkLoad {
  readonly #init: BulkLoadInit;
  readonly #packs = new PackBuilder();
  readonly #pending = new PendingIndex();
  /** Of the packs since the last commit of the index. */
  #numbers: number[] = [];
  /** Commits whose packs the index does not know. */
  #tail: number[] = [];
  #hasIndex: boolean;
  readonly #result = { stored: 0, existing: 0, storedBytes: 0 };

  constructor(init: BulkLoadInit) {
    this.#init = { ...init, batchBlocks: Math.min(init.batchBlocks, MOST_PENDING) };
    this.#hasIndex = hasKeys(init.database);
  }

  get result(): PutManyResult {
    return this.#result;
  }

  /** Whether {@link commit} is due. */
  get isFull(): boolean {
    return this.#packs.sizeBytes >= this.#init.batchBytes || this.#pending.count >= this.#init.batchBlocks;
  }

  /** Compares the hash, and takes a copy of what is new. @throws BlockDigestMismatchError and others of the verifier. */
  add({ cid, data }: Block): void {
    this.#init.verifier.assertContent(cid, data);
    const parts = cidParts(cid);
    const key = cid.subarray(parts.multihashStart);
    if (identityContent(cid, parts) !== undefined || this.#isKnown(key)) {
      this.#result.existing += 1;
      return;
    }
    const offset = this.#packs.add(key, data);
    const pack = this.#numbers.length + this.#packs.packCount - 1;
    this.#pending.add(key, { pack, offset, sizeBytes: data.length });
    this.#result.stored += 1;
    this.#result.storedBytes += data.length;
  }

  /** Makes contents durable, and the index where it is due. @throws DiskFullError. */
  commit(): void {
    if (this.#pending.count >= this.#init.batchBlocks) this.finish();
    else this.#write(() => this.#commitPacks(true));
  }

  /** Makes all that came durable and visible, in one commit where there was none before. @throws DiskFullError. */
  finish(): void {
    if (this.#pending.count === 0 && this.#tail.length === 0) return;
    const { database } = this.#init;
    const indexed = this.#write(() => {
      this.#commitPacks(false);
      for (const first of this.#tail) database.tail.removeSync(first);
      return writeIndex(database, this.#pending, this.#numbers);
    });
    this.#result.stored -= indexed.existing;
    this.#result.existing += indexed.existing;
    this.#result.storedBytes -= indexed.existingBytes;
    this.#pending.clear();
    [this.#numbers, this.#tail] = [[], []];
    this.#hasIndex = true;
  }

  /**
   * Takes up what a broken import has left: its blocks were verified, and are there without an index. Stops after each pack,
   * so that others get their turn; nothing is counted as stored here.
   */
  *adopt(): Generator<undefined, void, undefined> {
    const { database } = this.#init;
    const tail = readTail(database);
    if (tail.length === 0) return;
    for (const { first, last } of tail) {
      for (let number = first; number <= last; number += 1) {
        this.#adoptPack(number);
        if (this.#pending.count >= this.#init.batchBlocks) this.finish();
        yield;
      }
      this.#tail.push(first);
    }
    this.finish();
    Object.assign(this.#result, { stored: 0, existing: 0, storedBytes: 0 });
  }

  #adoptPack(number: number): void {
    const pack = this.#init.database.packs.getBinary(number) ?? new Uint8Array(0);
    this.#numbers.push(number);
    for (let offset = 0; offset < pack.length;) {
      const { key, data, end } = decodeRecord(pack, offset);
      const place = { pack: this.#numbers.length - 1, offset, sizeBytes: data.length };
      if (!this.#isKnown(key)) this.#pending.add(key, place);
      offset = end;
    }
  }

  #isKnown(key: Uint8Array): boolean {
    return this.#pending.has(key) || (this.#hasIndex && this.#init.database.index.doesExist(key));
  }

  #commitPacks(withoutIndex: boolean): void {
    const contents = this.#packs.take();
    if (contents.length === 0) return;
    const { database } = this.#init;
    const first = appendPacks(database, contents);
    for (const at of contents.keys()) this.#numbers.push(first + at);
    if (!withoutIndex) return;
    noteTail(database, first, first + contents.length - 1);
    this.#tail.push(first);
  }

  #write<T>(work: () => T): T {
    const { database, path } = this.#init;
    try {
      return database.write(work);
    } catch (error) {
      throw asLmdbWriteError(error, path);
    } finally {
      // What was read before does not know of this commit.
      database.renewReads();
    }
  }
}

function hasKeys({ index }: LmdbDatabase): boolean {
  return [...index.getKeys({ limit: 1 })].length > 0;
}
