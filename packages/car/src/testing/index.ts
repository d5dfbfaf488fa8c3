export { chainDefaults, chainPresets } from './chain-options.ts';
export { generateChain } from './synthetic-chain.ts';

export type { BlockOrder } from './block-order.ts';
export type { SyntheticBlock } from './block-sink.ts';
export type { ChainPreset, SyntheticChainOptions } from './chain-options.ts';
export type { SyntheticTipset } from './grow-chain.ts';
export type { SyntheticChain, SyntheticChainSummary } from './synthetic-chain.ts';
