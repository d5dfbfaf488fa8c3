import type { AbortOptions } from '@waybill/common';
import type { BlobKey } from './blob-key.ts';
import type { PartialUploads } from './partial-uploads.ts';

/** A blob that is stored. */
export interface BlobInfo {
  readonly key: BlobKey;
  /** When it was put or last touched, in milliseconds since 1970. */
  readonly referencedAtMs: number;
}

/** `stored`: by this call. `exists`: it was there already, or another put of it was quicker. Both mean durable. */
export type PutOutcome = 'stored' | 'exists';

/** How one item of `putMany` ended. */
export type PutManyOutcome =
  | { readonly key: BlobKey; readonly outcome: PutOutcome }
  | { readonly key: BlobKey; readonly outcome: 'failed'; readonly error: unknown };

export interface PutManyItem {
  readonly key: BlobKey;
  readonly content: Uint8Array;
}

export interface BlobContent {
  /** How many bytes `body` gives: those of the range that was asked for. */
  readonly sizeBytes: number;
  /** Small contents come as a whole. To be read once; it rejects when the bytes end too early, and never gives fewer in silence. */
  readonly body: AsyncIterable<Uint8Array> | Uint8Array;
  /** Gives back what an unread or half-read body holds (a file, a connection). MUST be called when the body is not read to its end; may always be called. */
  discard(): Promise<void>;
}

export interface GetOptions extends AbortOptions {
  /** First byte; default 0. */
  start?: number | undefined;
  /** The byte after the last one; default: the blob's size. `0 <= start <= end <= size`, or RangeError. */
  end?: number | undefined;
}

export interface HasManyOptions extends AbortOptions {
  /**
   * Marks those that are there as referenced now, as `touch` does, but for those that were marked a short while ago: a minute, or
   * what the adapter says. Default false.
   */
  touch?: boolean | undefined;
}

export interface DeleteOptions extends AbortOptions {
  /** Delete only what was last put or touched before this time, in milliseconds since 1970; default: whenever that was. */
  ifReferencedBeforeMs?: number | undefined;
}

export interface SweepOptions extends AbortOptions {
  /** How long something whose owner cannot be known, or a partial upload, must not have been written to; default 86,400,000 (a day). */
  maxAgeMs?: number | undefined;
}

/** What a sweep has removed. */
export interface SweepResult {
  /** Unfinished uploads of those who are gone. */
  readonly uploads: number;
  /** Partial uploads that nobody has come back to. */
  readonly partials: number;
  readonly sizeBytes: number;
}

/**
 * Blobs: whole immutable contents, named by digest and length. An adapter is right when it passes the suite of
 * `@waybill/blob-store/suite`.
 *
 * For all methods:
 * - Nothing is ever visible under a key but the whole content that the key names, verified when it was put.
 * - Errors other than those named are passed on as they are: what could not be read or written is not "missing".
 * - An aborted call rejects with the signal's reason, modifies nothing more and holds on to nothing. A put that is past
 *   the point of return ends as if it had not been aborted.
 * - Calls may overlap in any way, also of several stores on the same data in several processes.
 * - After `close` every call rejects with BlobStoreClosedError.
 */
export interface BlobStore {
  /** Whether the blob is there, with its length, and durable. Its bytes are not read. */
  has(key: BlobKey, options?: AbortOptions): Promise<boolean>;

  /**
   * `has` for many keys, in their order. MUST give way to other work of the process meanwhile. With `touch`, looking and marking
   * are one step: what is found is kept by `delete` with `ifReferencedBeforeMs`, if that is longer ago than this short while.
   */
  hasMany(keys: readonly BlobKey[], options?: HasManyOptions): Promise<boolean[]>;

  /** @throws BlobMissingError; BlobCorruptError when what is stored has another length; RangeError. */
  get(key: BlobKey, options?: GetOptions): Promise<BlobContent>;

  /**
   * Stores a blob. Resolves only when it is durable, also with `exists`.
   *
   * The content is counted and hashed while it comes. It is read to its end, at most one chunk beyond the declared length,
   * and told to end (`return()`) when it is cut off. Where the blob is there already when the call is made, the content is
   * not touched at all: neither verified nor ended. Of many puts of one key at once each is judged by its own content;
   * exactly one of those that are right is `stored`. Either outcome marks the blob as referenced now, as `touch` does.
   * A content in memory MUST not be modified until the call ends; chunks that a source gave MUST not be modified afterwards,
   * unless `copiesChunks` says otherwise.
   * @throws BlobLengthMismatchError, BlobDigestMismatchError; what the source throws; DiskFullError.
   */
  put(key: BlobKey, content: Uint8Array | AsyncIterable<Uint8Array>, options?: AbortOptions): Promise<PutOutcome>;

  /**
   * Stores many small blobs, with what durability costs shared between them. Resolves when all that are not `failed` are
   * durable, with one outcome for each item, in their order. One bad item fails by itself; an error of the source, or an
   * abort, rejects the call: then what was stored so far stays. A full disk fails the items that did not fit.
   */
  putMany(items: Iterable<PutManyItem> | AsyncIterable<PutManyItem>, options?: AbortOptions): Promise<PutManyOutcome[]>;

  /**
   * Marks blobs as referenced now. Those that are missing are ignored.
   * @returns For each key whether its blob was there to be marked: `delete` with `ifReferencedBeforeMs` then keeps it.
   */
  touch(keys: readonly BlobKey[], options?: AbortOptions): Promise<boolean[]>;

  /**
   * Removes a blob, also a corrupt one. Within a process this is atomic against `put` and `touch`: a blob that was touched
   * or found `exists` before the call decides is kept by `ifReferencedBeforeMs`. Across processes it is so as far as the
   * technology can; the adapter says how far. The removal itself need not be durable.
   * @returns Whether this call has removed it.
   */
  delete(key: BlobKey, options?: DeleteOptions): Promise<boolean>;

  /**
   * Takes a blob that was found corrupt out of use and keeps its bytes aside, for somebody to look at. From then on it is
   * missing, and a put stores it anew. Resolves when that is durable.
   * @returns Where the bytes are now, in the adapter's own terms; `undefined` when there was no such blob.
   */
  quarantine(key: BlobKey, options?: AbortOptions): Promise<string | undefined>;

  /**
   * All blobs, in the order of their digests, in memory that does not grow. A blob that is put or deleted meanwhile may be
   * among them or not; all others are.
   */
  list(options?: AbortOptions): AsyncIterable<BlobInfo>;

  /** Removes what writers that are gone have left behind; never what somebody may still be writing. */
  sweep(options?: SweepOptions): Promise<SweepResult>;

  /** Uploads that can be interrupted and go on later; absent where the technology has none. */
  readonly partials?: PartialUploads | undefined;

  /**
   * Whether `put`, and `append` of a partial upload, are done with a chunk when they ask for the next one: from then on its
   * memory may be used anew. Default false.
   */
  readonly copiesChunks?: boolean | undefined;

  /** Waits for calls that are under way, then gives back what the store holds. May be called twice. */
  close(): Promise<void>;
}
