import type { BlockStore } from '@waybill/block-store';
import type { CidBytes } from '@waybill/car';
import type { AbortOptions } from '@waybill/common';
import { GrowingSeenSet } from '../block-walk/growing-seen-set.ts';
import { walkBlocks } from '../block-walk/walk-blocks.ts';
import { resolveTipset } from '../chain/resolve-tipset.ts';
import { type FetchBlock, loadTipset, type Tipset } from '../chain/tipset.ts';
import type { WalkSummary } from '../walk/walk-car.ts';
import type { ChainSource, WalkInit } from './chain-source.ts';

export interface BlockChainSourceInit {
  readonly store: BlockStore;
  /** What `@head` means. @throws where the store does not know. */
  readonly headCids: (options: AbortOptions) => Promise<readonly CidBytes[]>;
  /** Where the store can look up heights. */
  readonly cidsAtHeight?:
    ((height: number, head: Tipset, options: AbortOptions) => Promise<readonly CidBytes[]>) | undefined;
  /** Whether blocks come compared with their hashes. */
  readonly verified: boolean;
  /** A guess at how many blocks an export has: it saves time where it is right. */
  readonly expectedBlocks?: number | undefined;
}

/** Any store of blocks as a source. Owns the store. */
export class BlockChainSource implements ChainSource {
  readonly fetch: FetchBlock;
  /** The order goes by links alone, and what is kept is compared with what belongs there: so any source will do. */
  readonly identity = 'blocks by CID';
  readonly #init: BlockChainSourceInit;
  #head: Promise<Tipset> | undefined;

  constructor(init: BlockChainSourceInit) {
    this.#init = init;
    this.fetch = async (cid, options) => {
      const [found] = await init.store.getManyBytes([cid], options);
      return found;
    };
  }

  async resolve(reference: string, options: AbortOptions = {}): Promise<Tipset> {
    const { cidsAtHeight } = this.#init;
    const atHeight =
      cidsAtHeight === undefined
        ? undefined
        : async (height: number, head: Tipset, { signal }: AbortOptions): Promise<Tipset> =>
            await loadTipset(this.fetch, await cidsAtHeight(height, head, { signal }), { signal });
    return await resolveTipset(
      reference,
      { fetch: this.fetch, head: (head) => this.#findHead(head), atHeight },
      options,
    );
  }

  async walk({ except, ...init }: WalkInit, options: AbortOptions = {}): Promise<WalkSummary> {
    const { store, verified, expectedBlocks } = this.#init;
    const seen = new GrowingSeenSet(expectedBlocks);
    const verify = init.verify === true && !verified;
    if (except !== undefined) await walkBlocks({ ...except, store, seen, onStatus: init.onStatus }, options);
    return await walkBlocks({ ...init, store, seen, verify }, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#init.store.close();
  }

  /** Once: the head of a running node moves, and one export has one head. */
  #findHead(options: AbortOptions): Promise<Tipset> {
    this.#head ??= this.#init.headCids(options).then((cids) => loadTipset(this.fetch, cids, options));
    return this.#head;
  }
}
