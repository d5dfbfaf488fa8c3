import { endianness } from 'node:os';
import { resolve } from 'node:path';
import type { CarStore } from '@waybill/car';
import type { AbortOptions } from '@waybill/common';
import { headOfRoots } from '../chain/head-of-roots.ts';
import { resolveTipset } from '../chain/resolve-tipset.ts';
import { type FetchBlock, loadTipset, type Tipset } from '../chain/tipset.ts';
import { OrdinalBits } from '../walk/ordinal-bits.ts';
import { walkCar, type WalkSummary } from '../walk/walk-car.ts';
import type { ChainSource, WalkInit } from './chain-source.ts';

/** CAR files as one source. Owns the store. */
export class CarChainSource implements ChainSource {
  readonly store: CarStore;
  readonly fetch: FetchBlock;

  constructor(store: CarStore) {
    this.store = store;
    this.fetch = (cid) => Promise.resolve(store.get(cid));
  }

  get mostBlocks(): number {
    return this.store.index.uniqueCount;
  }

  /** Frames are written in the order in which they stand in the files. */
  get identity(): string {
    const files = this.store.files.map(({ originPath, origin: { sizeBytes, mtimeNanos } }) => [
      ...[resolve(originPath), sizeBytes, mtimeNanos],
    ]);
    return JSON.stringify({ files, blockCount: this.store.index.blockCount, endianness: endianness() });
  }

  /** What the roots of the first file name. */
  async head(options: AbortOptions = {}): Promise<Tipset> {
    const { head } = await headOfRoots(this.store.roots, this.fetch, options);
    return await loadTipset(this.fetch, head, options);
  }

  async resolve(reference: string, options: AbortOptions = {}): Promise<Tipset> {
    return await resolveTipset(
      reference,
      { fetch: this.fetch, head: (headOptions) => this.head(headOptions) },
      options,
    );
  }

  async walk({ except, ...init }: WalkInit, options: AbortOptions = {}): Promise<WalkSummary> {
    const { store } = this;
    const bits = new OrdinalBits(store.index.blockCount);
    const { workers, onStatus } = init;
    const state = await init.checkpoints?.restore(options);
    // A state has what the other export has met, too.
    if (except !== undefined && state === undefined)
      await walkCar({ ...except, store, bits, workers, onStatus }, options);
    return await walkCar({ ...init, store, bits, state }, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.store.close();
    await Promise.resolve();
  }
}
