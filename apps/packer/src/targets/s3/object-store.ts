import type { AbortOptions } from '@waybill/common';

export interface StoredObject {
  readonly sizeBytes: number;
  /** Without quotes. */
  readonly etag: string;
}

export interface StoredPart {
  readonly number: number;
  readonly sizeBytes: number;
  readonly etag: string;
}

/** A multi-part upload that was begun and neither completed nor given up. */
export interface UnfinishedUpload {
  readonly key: string;
  readonly uploadId: string;
}

/** The slice of S3 that a pack needs. Every request is repeated with growing, jittered pauses where that may help. */
export interface ObjectStore extends Disposable {
  /** By key, all that begin with the prefix. */
  list(prefix: string, options?: AbortOptions): Promise<Map<string, StoredObject>>;
  /** The ETag. */
  put(key: string, bytes: Uint8Array, options?: AbortOptions): Promise<string>;
  listUnfinished(prefix: string, options?: AbortOptions): Promise<UnfinishedUpload[]>;
  listParts(upload: UnfinishedUpload, options?: AbortOptions): Promise<StoredPart[]>;
  beginUpload(key: string, options?: AbortOptions): Promise<UnfinishedUpload>;
  /** The ETag. */
  putPart(upload: UnfinishedUpload, number: number, bytes: Uint8Array, options?: AbortOptions): Promise<string>;
  completeUpload(upload: UnfinishedUpload, parts: readonly StoredPart[], options?: AbortOptions): Promise<void>;
}
