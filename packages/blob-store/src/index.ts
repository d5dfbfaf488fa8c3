export { blobBytes } from './blob-bytes.ts';
export {
  BlobCorruptError,
  BlobDigestMismatchError,
  BlobKeyInvalidError,
  BlobLengthMismatchError,
  BlobMissingError,
  BlobStoreClosedError,
  PartialUploadBusyError,
} from './blob-errors.ts';
export { blobKey, formatBlobKey } from './blob-key.ts';
export { getRange } from './get-range.ts';
export { KeyLocks } from './key-locks.ts';
export { createMemoryBlobStore } from './memory-blob-store.ts';
export { OpenCalls } from './open-calls.ts';
export { assertDigest, assertFits, verifiedContent, verifyBlobBytes } from './verified-content.ts';
export { visitEach } from './visit-each.ts';

export type { BlobKey } from './blob-key.ts';
export type {
  BlobContent,
  BlobInfo,
  BlobStore,
  DeleteOptions,
  GetOptions,
  HasManyOptions,
  PutManyItem,
  PutManyOutcome,
  PutOutcome,
  SweepOptions,
  SweepResult,
} from './blob-store.ts';
export type { MemoryBlobStoreInit } from './memory-blob-store.ts';
export type { PartialUpload, PartialUploads } from './partial-uploads.ts';
