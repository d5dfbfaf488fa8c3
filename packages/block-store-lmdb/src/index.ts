export { LmdbFormatUnknownError, LmdbStoreMissingError } from './lmdb-errors.ts';
export { openLmdbBlockStore } from './open-lmdb-block-store.ts';

export type { LmdbBlockStore } from './lmdb-block-store.ts';
export type { OpenLmdbBlockStoreInit } from './open-lmdb-block-store.ts';
