import { createBlockHashes, type BlockHashes } from './block-hasher.ts';
import { type BlockOrder, orderBlocks, repeatSome } from './block-order.ts';
import { BlockSink, type SyntheticBlock } from './block-sink.ts';
import { ChainKit } from './chain-kit.ts';
import { chainDefaults, type ChainPreset, chainPresets, type SyntheticChainOptions } from './chain-options.ts';
import { ChainGrowth, type SyntheticTipset } from './grow-chain.ts';

/** What a chain turned out to be. CIDs are in their binary form. */
export interface SyntheticChainSummary {
  /** The blocks of the head, in the order of a tipset: the roots of a CAR. */
  readonly headCids: readonly Uint8Array[];
  readonly headHeight: number;
  /** From the genesis on; a height that is missing is a null round. */
  readonly tipsets: readonly SyntheticTipset[];
  /** Different blocks in the store, orphans included. */
  readonly blockCount: number;
  /** Their contents, without CIDs and frames. */
  readonly dataBytes: number;
  /** Receipts and events that blocks refer to and that the store lacks. */
  readonly droppedReceipts: readonly Uint8Array[];
}

/** A Filecoin-style chain that never was. The same options give the same blocks, in the same order, on every machine. */
export interface SyntheticChain {
  readonly options: Readonly<Required<SyntheticChainOptions>>;
  /** Makes the chain once without giving its blocks, unless that was done before: a CAR needs its roots first. */
  summary(): SyntheticChainSummary;
  /** Makes the chain and gives its blocks while they are made. Both arrays of a block are views: copy what is kept for long. */
  blocks(order?: BlockOrder): Generator<SyntheticBlock, void, undefined>;
}

/**
 * @param options Options, or the name of a set of them.
 * @throws RangeError for numbers that make no chain.
 */
export async function generateChain(options: SyntheticChainOptions | ChainPreset = {}): Promise<SyntheticChain> {
  const given = typeof options === 'string' ? chainPresets[options] : options;
  const complete = { ...chainDefaults, ...given };
  for (const [name, value] of Object.entries(complete)) {
    if (!Number.isFinite(value) || value < 0) throw new RangeError(`a chain with ${name} ${value}`);
  }
  if (complete.blocksPerTipset < 1) throw new RangeError('a chain of tipsets without blocks');
  return new SeededChain(complete, await createBlockHashes());
}

class SeededChain implements SyntheticChain {
  readonly options: Readonly<Required<SyntheticChainOptions>>;
  readonly #hashes: BlockHashes;
  #summary: SyntheticChainSummary | undefined;

  constructor(options: Readonly<Required<SyntheticChainOptions>>, hashes: BlockHashes) {
    this.options = options;
    this.#hashes = hashes;
  }

  summary(): SyntheticChainSummary {
    if (this.#summary === undefined) for (const _block of this.#make(false)) continue;
    return this.#summary as SyntheticChainSummary;
  }

  blocks(order: BlockOrder = {}): Generator<SyntheticBlock, void, undefined> {
    const { duplicateChance, seed } = this.options;
    return orderBlocks(repeatSome(this.#make(true), duplicateChance, seed), order, seed);
  }

  *#make(keepBlocks: boolean): Generator<SyntheticBlock, void, undefined> {
    const sink = new BlockSink({ hashes: this.#hashes, keepBlocks });
    const growth = new ChainGrowth(new ChainKit(this.options, sink));
    for (const _step of growth.grow()) yield* sink.take();
    this.#summary ??= summarise(growth, sink);
  }
}

function summarise({ tipsets }: ChainGrowth, { blockCount, dataBytes, dropped }: BlockSink): SyntheticChainSummary {
  const head = tipsets.at(-1) as SyntheticTipset;
  return {
    headCids: head.cids,
    headHeight: head.height,
    tipsets,
    blockCount,
    dataBytes,
    droppedReceipts: dropped,
  };
}
