import type { AbortOptions } from '@waybill/common';

export interface ObjectInfo {
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
}

export interface ObjectContent {
  readonly sizeBytes: number;
  readonly body: AsyncIterable<Uint8Array>;
  /** Gives the connection back. */
  discard(): void;
}

export interface PutObjectOptions extends AbortOptions {
  /** How much a stream will give, for the size of its parts; default: unknown. */
  sizeBytes?: number;
  /** Refuse to replace an object (`If-None-Match: *`). */
  ifAbsent?: boolean;
  /** SHA-256 that the service compares with what it got. */
  sha256?: Uint8Array;
}

export interface UnfinishedUpload {
  readonly name: string;
  readonly uploadId: string;
  readonly startedAtMs: number;
}

/** `refused`: there is an object already. Only with `ifAbsent`. */
export type PutObjectOutcome = 'put' | 'refused';

/** The slice of an S3-compatible service that the store needs. Names are whole object keys. */
export interface ObjectClient {
  /** Undefined when there is none; every other failure rejects. */
  head(name: string, options?: AbortOptions): Promise<ObjectInfo | undefined>;
  /** @param end The byte after the last one. Undefined when there is no such object. */
  get(name: string, range: { start: number; end: number }, options?: AbortOptions): Promise<ObjectContent | undefined>;
  put(name: string, bytes: Uint8Array, options?: PutObjectOptions): Promise<PutObjectOutcome>;
  /** Becomes visible as a whole when the source has ended; never when the source throws. */
  putStream(name: string, source: AsyncIterable<Uint8Array>, options?: PutObjectOptions): Promise<PutObjectOutcome>;
  /** Within the service; of any size. */
  copy(from: ObjectInfo, to: string, options?: AbortOptions): Promise<void>;
  /** Does not say whether there was one. */
  delete(name: string, options?: AbortOptions): Promise<void>;
  /** In the order of their names, by UTF-8 bytes. */
  list(prefix: string, options?: AbortOptions): AsyncIterable<ObjectInfo>;
  unfinished(prefix: string, options?: AbortOptions): AsyncIterable<UnfinishedUpload>;
  forget(upload: UnfinishedUpload, options?: AbortOptions): Promise<void>;
  close(): void;
}
