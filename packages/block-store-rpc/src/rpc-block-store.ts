import {
  blockReads,
  type BlockStore,
  BlockStoreUnreadableError,
  type BlockVerifier,
  identityContent,
  OpenCalls,
} from '@waybill/block-store';
import { type AbortOptions, WaybillError } from '@waybill/common';
import { CID } from 'multiformats/cid';
import type { RpcOutcome, RpcTransport } from './rpc-transport.ts';
import { formatCid, parseBoolean, parseBytes, parseTipset, resultOf, type RpcTipset } from './rpc-values.ts';

/** The blocks of a running node, and what it says about its chain. */
export interface RpcBlockStore extends BlockStore {
  /** The head that the node follows now (`Filecoin.ChainHead`). @throws RpcCallFailedError, RpcAnswerInvalidError. */
  head(options?: AbortOptions): Promise<RpcTipset>;
  /** A tipset by its blocks (`Filecoin.ChainGetTipSet`). */
  tipset(cids: readonly CID[], options?: AbortOptions): Promise<RpcTipset>;
  /**
   * The tipset at a height on the way back from another one, by default the head; where the round was null, the next older
   * one (`Filecoin.ChainGetTipSetByHeight`).
   */
  tipsetByHeight(height: number, from?: readonly CID[], options?: AbortOptions): Promise<RpcTipset>;
}

export interface RpcStoreInit {
  transport: RpcTransport;
  verifier: BlockVerifier;
  /** Closes the connections. */
  closeTransport: () => Promise<void>;
}

const READ = 'Filecoin.ChainReadObj';
const HAS = 'Filecoin.ChainHasObj';

export class RpcStore implements RpcBlockStore {
  readonly has: BlockStore['has'];
  readonly get: BlockStore['get'];
  readonly getMany: BlockStore['getMany'];
  readonly getManyBytes: BlockStore['getManyBytes'];
  readonly #init: RpcStoreInit;
  readonly #calls = new OpenCalls();

  constructor(init: RpcStoreInit) {
    this.#init = init;
    const reads = blockReads({
      hasBytes: (cid, options) => this.#run(options, () => this.#has(cid, options)),
      getManyBytes: (cids, options) => this.#run(options, () => this.#readMany(cids, options)),
    });
    ({ has: this.has, get: this.get, getMany: this.getMany, getManyBytes: this.getManyBytes } = reads);
  }

  head(options: AbortOptions = {}): Promise<RpcTipset> {
    return this.#tipset('Filecoin.ChainHead', [], options);
  }

  tipset(cids: readonly CID[], options: AbortOptions = {}): Promise<RpcTipset> {
    return this.#tipset('Filecoin.ChainGetTipSet', [cids.map(formatCid)], options);
  }

  tipsetByHeight(height: number, from: readonly CID[] = [], options: AbortOptions = {}): Promise<RpcTipset> {
    return this.#tipset('Filecoin.ChainGetTipSetByHeight', [height, from.map(formatCid)], options);
  }

  async close(): Promise<void> {
    await this.#calls.close();
    await this.#init.closeTransport();
  }

  #run<T>({ signal }: AbortOptions, work: () => Promise<T>): Promise<T> {
    return this.#calls.run(() => {
      signal?.throwIfAborted();
      return work();
    });
  }

  #tipset(method: string, params: readonly unknown[], options: AbortOptions): Promise<RpcTipset> {
    return this.#run(options, async () => {
      const [outcome] = await this.#init.transport.send([{ method, params }], options);
      return parseTipset(method, resultOf(method, outcome as RpcOutcome));
    });
  }

  async #has(bytes: Uint8Array, options: AbortOptions): Promise<boolean> {
    if (identityContent(bytes) !== undefined) return true;
    const cid = CID.decode(bytes);
    const [outcome] = await this.#ask(HAS, [cid], options);
    return naming(cid, () => parseBoolean(HAS, resultOf(HAS, outcome as RpcOutcome)));
  }

  async #readMany(all: readonly Uint8Array[], options: AbortOptions): Promise<(Uint8Array | undefined)[]> {
    const found = all.map((bytes) => identityContent(bytes));
    const asked = all.map((_, at) => at).filter((at) => found[at] === undefined);
    const cids = asked.map((at) => CID.decode(all[at] as Uint8Array));
    const outcomes = await this.#ask(READ, cids, options);
    const failed: number[] = [];
    for (const [index, outcome] of outcomes.entries()) {
      const at = asked[index] as number;
      if ('result' in outcome) found[at] = this.#verified(all[at] as Uint8Array, cids[index] as CID, outcome.result);
      else failed.push(index);
    }
    await this.#assertMissing(
      failed.map((index) => [cids[index] as CID, outcomes[index] as RpcOutcome]),
      options,
    );
    return found;
  }

  #verified(bytes: Uint8Array, cid: CID, result: unknown): Uint8Array {
    const data = naming(cid, () => parseBytes(READ, result));
    this.#init.verifier.assertStored(bytes, data);
    return data;
  }

  /**
   * Every node has its own words for a block that it lacks. So each block that could not be read is asked for by
   * `ChainHasObj`: only what the node says it does not have is missing.
   */
  async #assertMissing(failed: readonly (readonly [CID, RpcOutcome])[], options: AbortOptions): Promise<void> {
    const answers = await this.#ask(
      HAS,
      failed.map(([cid]) => cid),
      options,
    );
    for (const [index, answer] of answers.entries()) {
      const [cid, outcome] = failed[index] as readonly [CID, RpcOutcome];
      const there = naming(cid, () => parseBoolean(HAS, resultOf(HAS, answer)));
      if (there) naming(cid, () => resultOf(READ, outcome));
    }
  }

  async #ask(method: string, cids: readonly CID[], options: AbortOptions): Promise<RpcOutcome[]> {
    if (cids.length === 0) return [];
    const calls = cids.map((cid) => ({ method, params: [formatCid(cid)] }));
    try {
      return await this.#init.transport.send(calls, options);
    } catch (error) {
      if (error === options.signal?.reason || !(error instanceof WaybillError)) throw error;
      throw new BlockStoreUnreadableError(cids.length === 1 ? cids[0] : undefined, error);
    }
  }
}

/** Adds the name of the block to what the node says. */
function naming<T>(cid: CID, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof WaybillError ? new BlockStoreUnreadableError(cid, error) : error;
  }
}
