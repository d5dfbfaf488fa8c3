import { generateChain, type SyntheticChain, type SyntheticChainOptions } from '@waybill/car/testing';
import { CID } from 'multiformats/cid';
import { tipsetAt } from './reference-header.ts';
import { referenceStore, type ReferenceStore } from './reference-store.ts';

/** A small chain of random shape, with a random range on it; the same for the same seed. */
export interface RandomChain {
  readonly chain: SyntheticChain;
  readonly store: ReferenceStore;
  /** The blocks in the order of a store: mixed, some of them twice. */
  readonly blocks: readonly { readonly cid: Uint8Array; readonly data: Uint8Array }[];
  /** The head of the chain, and the two ends of the range. */
  readonly roots: readonly CID[];
  readonly head: readonly CID[];
  readonly tail: readonly CID[];
  readonly flags: { readonly messages: boolean; readonly receipts: boolean; readonly stateroots: boolean };
  /** Shown where something fails. */
  readonly title: string;
}

export async function randomChain(seed: number): Promise<RandomChain> {
  const random = numbers(seed);
  const options: SyntheticChainOptions = {
    seed,
    epochs: Math.floor(random() * random() * 40),
    nullRoundChance: random() * 0.6,
    blocksPerTipset: 1 + Math.floor(random() * 6),
    messagesPerBlock: Math.floor(random() * 12),
    sharedMessageChance: random(),
    stateBlocksPerEpoch: Math.floor(random() * 40),
    stateActors: 1 + Math.floor(random() * 120),
    droppedReceiptsChance: random() * 0.6,
    oddActorChance: random() * 0.5,
    orphansPerEpoch: Math.floor(random() * 3),
    duplicateChance: random() < 0.3 ? 0.1 : 0,
  };
  const chain = await generateChain(options);
  const blocks = [...chain.blocks({ window: Math.floor(random() * 400) })];
  const store = referenceStore(blocks);
  const roots = chain.summary().headCids.map((cid) => CID.decode(cid));
  const headHeight = Math.ceil((1 - random() * random()) * chain.summary().headHeight);
  const head = tipsetAt(store, roots, headHeight);
  const tail = tipsetAt(store, roots, Math.floor(random() * (headHeight + 1)));
  const flags = { messages: random() < 0.7, receipts: random() < 0.7, stateroots: random() < 0.7 };
  return { chain, store, blocks, roots, head, tail, flags, title: JSON.stringify({ options, headHeight, flags }) };
}

/** A row of numbers in [0, 1) that is the same for the same seed. */
function numbers(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0;
    return ((state ^ (state >>> 14)) >>> 0) / 2 ** 32;
  };
}
