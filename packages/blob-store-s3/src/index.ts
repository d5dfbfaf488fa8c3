export { openS3BlobStore } from './open-s3-blob-store.ts';
export { ObjectConflictError, ObjectTruncatedError } from './s3-errors.ts';
export { parseStoreLocation, StoreLocationInvalidError } from './store-location.ts';

export type { ObjectClient } from './object-client.ts';
export type { S3BlobStoreInit } from './open-s3-blob-store.ts';
export type { S3BlobStore } from './s3-blob-store.ts';
export type { StoreLocation } from './store-location.ts';
