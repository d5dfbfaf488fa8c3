export { blobStoreSuite } from './blob-store-suite.ts';
export { chunksOf, keyOf, source, stuckSource, textBlob, textBlobs } from './suite-blobs.ts';

export type { SuiteBlob, SuiteSource } from './suite-blobs.ts';
export type { BlobStoreSuiteInit, SuiteStore, SuiteSupport } from './suite-setup.ts';
