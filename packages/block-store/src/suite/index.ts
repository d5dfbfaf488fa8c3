export { blockStoreSuite } from './block-store-suite.ts';
export { rawBlock, suiteBlock, suiteBlocks } from './suite-blocks.ts';

export type { SuiteBlock } from './suite-blocks.ts';
export type { BlockStoreSuiteInit, SuiteStore, SuiteSupport } from './suite-setup.ts';
