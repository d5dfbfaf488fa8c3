import type { BlockVerifier } from '@waybill/block-store';
import { CarError, CODEC_DAG_CBOR, formatCid, LinkBuffer, scanLinks } from '@waybill/car';
import type { AbortOptions } from '@waybill/common';
import { LinkFilter } from '../walk/link-filter.ts';
import type { BlockOutput } from './block-output.ts';
import { type CidBatch, CidStack } from './cid-stack.ts';
import type { GrowingSeenSet } from './growing-seen-set.ts';
import type { BlockReader } from './kept-blocks.ts';

export interface BelowWalkInit {
  readonly store: BlockReader;
  readonly seen: GrowingSeenSet;
  readonly output: BlockOutput;
  readonly takesCbor: boolean;
  readonly verifier?: BlockVerifier | undefined;
}

/** What to do about a block that is not there. */
export type MissingTaker = (cid: Uint8Array, note: number) => void;

/** Blocks of one read: ten batches of an RPC store, and about 0.5 MB. */
const BATCH = 1000;
/** Reads that are under way together. With the size of a batch, it decides the order of the output: neither is an option. */
const READS_AHEAD = 4;

interface BatchUnderWay extends CidBatch {
  readonly found: Promise<(Uint8Array | undefined)[]>;
}

/**
 * Reads blocks and all that they link to. What was met last is read first, a batch at a time, so that what waits stays
 * small; the next batches are on their way while one is looked at. Which ones does not depend on time, so that the
 * order is always the same.
 */
export class BelowWalk {
  readonly #init: BelowWalkInit;
  readonly #filter: LinkFilter;
  readonly #own: LinkFilter;
  readonly #links = new LinkBuffer();
  readonly #met = new CidStack();

  constructor(init: BelowWalkInit) {
    this.#init = init;
    this.#filter = new LinkFilter(init.takesCbor);
    this.#own = new LinkFilter(true);
  }

  /** `stack` is empty at the end. With `scan` false only the blocks themselves are read. */
  async run(stack: CidStack, onMissing: MissingTaker, scan: boolean, options: AbortOptions = {}): Promise<void> {
    const cancel = new AbortController();
    const signal = options.signal === undefined ? cancel.signal : AbortSignal.any([options.signal, cancel.signal]);
    const underWay: BatchUnderWay[] = [];
    try {
      for (;;) {
        signal.throwIfAborted();
        while (underWay.length < READS_AHEAD && stack.length > 0) underWay.push(this.#ask(stack, signal));
        const oldest = underWay.shift();
        if (oldest === undefined) return;
        this.#take(oldest, await oldest.found, onMissing, scan);
        stack.pushReversed(this.#met);
        await this.#init.output.settle();
      }
    } catch (error) {
      cancel.abort(error);
      // Nothing is under way any more when the caller hears of it.
      await Promise.allSettled(underWay.map(({ found }) => found));
      throw error;
    }
  }

  #ask(stack: CidStack, signal: AbortSignal): BatchUnderWay {
    const batch = stack.pop(BATCH);
    const found = this.#init.store.getManyBytes(batch.cids, { signal });
    // It is waited for in its turn; until then a failure is nobody's.
    found.catch(() => undefined);
    return { ...batch, found };
  }

  #take(batch: CidBatch, found: readonly (Uint8Array | undefined)[], onMissing: MissingTaker, scan: boolean): void {
    const { verifier, output } = this.#init;
    for (const [at, cid] of batch.cids.entries()) {
      const data = found[at];
      const note = batch.notes[at] ?? 0;
      if (data === undefined) {
        onMissing(cid, note);
        continue;
      }
      verifier?.assertStored(cid, data);
      output.block(cid, data);
      if (scan) this.#follow(cid, data, note);
    }
  }

  #follow(cid: Uint8Array, data: Uint8Array, note: number): void {
    this.#own.takes(cid, 0, cid.length);
    if (this.#own.codec !== CODEC_DAG_CBOR) return;
    const links = this.#links;
    links.clear();
    scanBlock(cid, data, links);
    for (let link = 0; link < links.count; link += 1) {
      const start = links.offset(link);
      const length = links.length(link);
      if (!this.#filter.takes(data, start, length)) continue;
      if (this.#init.seen.add(data, start, length)) this.#met.push(data, start, length, note);
    }
  }
}

/** An error says which block it is in: there is no file to name. */
function scanBlock(cid: Uint8Array, data: Uint8Array, links: LinkBuffer): void {
  try {
    scanLinks(data, 0, data.length, links);
  } catch (error) {
    throw error instanceof CarError ? error.locate(`block ${formatCid(cid)}`, 0) : error;
  }
}
