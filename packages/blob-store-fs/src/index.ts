export { blobPath, parseBlobPath } from './blob-layout.ts';
export { createFsBlobStore } from './fs-blob-store.ts';

export type { FsBlobStore, FsBlobStoreInit } from './fs-blob-store.ts';
