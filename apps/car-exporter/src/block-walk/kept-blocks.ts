import { type Block, type BlockStore, type BlockVerifier, loadBlockVerifier } from '@waybill/block-store';
import { CarError, type CidBytes, encodeCarHeader, readCarBlocks } from '@waybill/car';
import type { AbortOptions } from '@waybill/common';
import { SNAPSHOT_LIMITS } from '../store/snapshot-limits.ts';

/**
 * The blocks that an earlier run has written, in their order. A walk that begins again asks for them in the same order: so
 * there is nothing to be looked up, and each is read once, from front to back.
 */
export class KeptBlocks {
  readonly #frames: AsyncGenerator<Block>;
  readonly #verifier: BlockVerifier;
  #next: Block | undefined;
  #hasEnded = false;

  private constructor(frames: AsyncGenerator<Block>, verifier: BlockVerifier) {
    this.#frames = frames;
    this.#verifier = verifier;
  }

  /** @param pieces Whole frames, without the header of the CAR. */
  static async open(pieces: AsyncIterable<Uint8Array>, head: readonly CidBytes[]): Promise<KeptBlocks> {
    const car = withHeader(pieces, head);
    return new KeptBlocks(readCarBlocks(car, { limits: SNAPSHOT_LIMITS }), await loadBlockVerifier());
  }

  /** The data of the next block, if it is this one. Calls do not overlap. */
  async take(cid: Uint8Array): Promise<Uint8Array | undefined> {
    this.#next ??= await this.#read();
    const next = this.#next;
    if (next === undefined || Buffer.compare(next.cid, cid) !== 0) return undefined;
    this.#next = undefined;
    return this.#isWhole(next) ? next.data : undefined;
  }

  async #read(): Promise<Block | undefined> {
    if (this.#hasEnded) return undefined;
    try {
      const frame = await this.#frames.next();
      if (frame.done !== true) return frame.value;
    } catch (error) {
      // No more frames to be had: the others come from where the first ones came from.
      if (!(error instanceof CarError)) throw error;
    }
    this.#hasEnded = true;
    return undefined;
  }

  #isWhole({ cid, data }: Block): boolean {
    try {
      this.#verifier.assertStored(cid, data);
      return true;
    } catch {
      return false;
    }
  }
}

async function* withHeader(
  pieces: AsyncIterable<Uint8Array>,
  head: readonly CidBytes[],
): AsyncGenerator<Uint8Array, void, undefined> {
  yield encodeCarHeader(head);
  yield* pieces;
}

/** What a walk needs of a store. */
export type BlockReader = Pick<BlockStore, 'getManyBytes'>;

/** A store that is asked only for what is not kept. */
export function keptBlockReader(store: BlockReader, kept: KeptBlocks): BlockReader {
  // Several reads may be under way: what is kept is gone through in the order in which they were begun.
  let turn: Promise<unknown> = Promise.resolve();
  return {
    async getManyBytes(cids, options = {}) {
      const taken = turn.then(() => takeAll(kept, cids, options));
      turn = taken.catch(() => undefined);
      const found = await taken;
      const others = cids.filter((_, at) => found[at] === undefined);
      if (others.length === 0) return found;
      const asked = (await store.getManyBytes(others, options)).values();
      return found.map((data) => data ?? asked.next().value);
    },
  };
}

async function takeAll(
  kept: KeptBlocks,
  cids: readonly Uint8Array[],
  { signal }: AbortOptions,
): Promise<(Uint8Array | undefined)[]> {
  signal?.throwIfAborted();
  const found: (Uint8Array | undefined)[] = [];
  for (const cid of cids) found.push(await kept.take(cid));
  return found;
}
