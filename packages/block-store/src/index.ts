export { allOrStop } from './all-or-stop.ts';
export {
  BlockCidInvalidError,
  BlockCorruptError,
  BlockDigestMismatchError,
  BlockHashUnsupportedError,
  BlockMissingError,
  BlockStoreClosedError,
  BlockStoreUnreadableError,
  cidText,
} from './block-errors.ts';
export { blockReads } from './block-reads.ts';
export { identityContent, loadBlockVerifier } from './block-verifier.ts';
export { cidParts } from './cid-parts.ts';
export { createMemoryBlockStore } from './memory-block-store.ts';
export { OpenCalls } from './open-calls.ts';
export { retryCall, retryingBlockStore } from './retrying-block-store.ts';

export type { BlockReads } from './block-reads.ts';
export type { Block, BlockStore, PutManyResult, WritableBlockStore } from './block-store.ts';
export type { BlockVerifier } from './block-verifier.ts';
export type { CidParts } from './cid-parts.ts';
export type { BlockRetryInit } from './retrying-block-store.ts';
