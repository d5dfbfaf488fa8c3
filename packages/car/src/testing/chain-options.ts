/** What a synthetic chain is made of. The same options give the same blocks on every machine. */
export interface SyntheticChainOptions {
  /** Default 1. */
  seed?: number;
  /** Height of the head; the genesis, at height 0, comes on top. Default 12. */
  epochs?: number;
  /** How many of the epochs between genesis and head have no tipset; default 0.15. */
  nullRoundChance?: number;
  /** A tipset has from one up to this many blocks; default 4. */
  blocksPerTipset?: number;
  /** From none up to twice as many; default 6. */
  messagesPerBlock?: number;
  /** How many messages of a block stand in an earlier block of its tipset too; default 0.2. */
  sharedMessageChance?: number;
  /** About so many state blocks are new in an epoch; all others are shared with earlier epochs. Default 30. */
  stateBlocksPerEpoch?: number;
  /** Actors in the state of the genesis, which are about 1.4 blocks each; default 64. */
  stateActors?: number;
  /** How many tipsets lack a part of their receipts: root, inner node or events; default 0.2. */
  droppedReceiptsChance?: number;
  /** How many actors hold something out of the ordinary: raw and cbor-0x51 blocks, identity links, floats, false links; default 0.1. */
  oddActorChance?: number;
  /** Blocks for each epoch that nothing refers to, headers of forks among them; default 1. */
  orphansPerEpoch?: number;
  /** How many blocks come a second time, later in the stream; default 0. */
  duplicateChance?: number;
}

export type ChainPreset = 'tiny' | 'demo' | 'bench' | 'big';

export const chainDefaults: Readonly<Required<SyntheticChainOptions>> = {
  seed: 1,
  epochs: 12,
  nullRoundChance: 0.15,
  blocksPerTipset: 4,
  messagesPerBlock: 6,
  sharedMessageChance: 0.2,
  stateBlocksPerEpoch: 30,
  stateActors: 64,
  droppedReceiptsChance: 0.2,
  oddActorChance: 0.1,
  orphansPerEpoch: 1,
  duplicateChance: 0,
};

/** Like the chain of a main network, where five blocks carry some hundred messages each and most of the rest is state. */
const realistic: SyntheticChainOptions = {
  nullRoundChance: 0.05,
  blocksPerTipset: 9,
  messagesPerBlock: 50,
  stateBlocksPerEpoch: 800,
  droppedReceiptsChance: 0.02,
  oddActorChance: 0.02,
  orphansPerEpoch: 4,
};

/**
 * Sets of options, with the seed 1:
 * - `tiny`: 612 blocks, 0.3 MB, heights 0 to 12.
 * - `demo`: 297,756 blocks, 147 MB.
 * - `bench`: 2,017,488 blocks, 1.17 GB as a CAR; made in 13 s, and 11 s more for the summary, on one core.
 * - `big`: 11,062,221 blocks, 6.9 GB as a CAR; the summary takes 60 s and 280 MB.
 */
export const chainPresets: Readonly<Record<ChainPreset, SyntheticChainOptions>> = {
  tiny: {},
  demo: { ...realistic, epochs: 270, stateActors: 30_000 },
  bench: { ...realistic, epochs: 1680, stateActors: 160_000 },
  big: { ...realistic, epochs: 8500, stateActors: 700_000 },
};
