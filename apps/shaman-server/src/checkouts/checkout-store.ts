import type { AbortOptions } from '@waybill/common';
import type { ShamanFile } from '@waybill/shaman-protocol';

/**
 * Where a checkout goes, below the checkout root:
 * - v2: `<last 2 characters of id>/<id>` (spec 1.1); one that exists is an error.
 * - v3: `<path>` (spec 1.2); where that exists, `<path>-xxxx` with four characters of [a-z0-9].
 */
export type CheckoutTarget =
  { readonly layout: 'v2'; readonly id: string } | { readonly layout: 'v3'; readonly path: string };

/** How the files of a checkout come to their content. `copy` and `reflink` need no blob afterwards; the others do. */
export type LinkKind = 'symlink' | 'hardlink' | 'reflink' | 'copy';

export interface CreatedCheckout {
  /** Relative to the checkout root, with `/`: what the client is told. */
  readonly path: string;
  readonly files: number;
  readonly sizeBytes: number;
}

export interface CheckoutSummary {
  /** Relative to the checkout root, with `/`; what `show` and `erase` take. */
  readonly path: string;
  /** The last part of the path: the id of a v2 checkout. */
  readonly name: string;
  readonly files: number;
  /** Of the files that it shows. Two names of one blob count twice. */
  readonly sizeBytes: number;
  readonly createdAtMs: number;
}

export interface CheckoutEntry {
  readonly path: string;
  /** 64 hex digits where the entry says them (a link into the store), else undefined (hard link, reflink, copy, a file of somebody else). */
  readonly sha: string | undefined;
  /** Undefined where the content cannot be reached. */
  readonly sizeBytes: number | undefined;
  /** False for a link whose blob is gone. */
  readonly present: boolean;
}

export interface CheckoutDetails extends CheckoutSummary {
  /** Sorted by path. */
  readonly entries: readonly CheckoutEntry[];
}

export interface EraseGoneOptions extends AbortOptions {
  /** Younger checkouts are left alone: their job may be about to be made. Default 86,400,000 (a day). */
  minAgeMs?: number;
  /** Erases nothing, says what it would. Default false. */
  dryRun?: boolean;
}

/**
 * Trees of files by name, whose content is in the blob store.
 *
 * A checkout appears whole, in one step, and only when it is on disk; one that fails leaves nothing and touches no other.
 * Paths are those of {@link CheckoutSummary.path}; a path that could lead out of the root is a CheckoutPathInvalidError.
 */
export interface CheckoutStore {
  /**
   * Resolves when the checkout is in place and durable.
   * @throws MissingFilesError with ALL files that the store lacks; CheckoutExistsError (v2, or no free suffix in 10 tries);
   * CheckoutFilesConflictError (one path with two contents, or a path below another file); FilePathInvalidError;
   * CheckoutNameInvalidError, CheckoutPathInvalidError; CheckoutInsideAnotherError; DiskFullError; system errors.
   */
  create(target: CheckoutTarget, files: readonly ShamanFile[], options?: AbortOptions): Promise<CreatedCheckout>;
  /** In the order of their paths. Those that other programs made in the same root are in it. */
  list(options?: AbortOptions): AsyncIterable<CheckoutSummary>;
  /** `undefined` when there is no checkout of this path. */
  show(path: string, options?: AbortOptions): Promise<CheckoutDetails | undefined>;
  /** Resolves with true when the checkout is gone, also after a power cut; false when there was none. */
  erase(path: string, options?: AbortOptions): Promise<boolean>;
  /**
   * Erases each checkout whose path and name are both not in `live` (a Manager's jobs), and that holds no path of it. Returns
   * their paths.
   */
  eraseGone(live: ReadonlySet<string>, options?: EraseGoneOptions): Promise<string[]>;
  /** Removes what killed processes left behind; the number of trees. Also done when the store is opened. */
  sweep(options?: AbortOptions): Promise<number>;
  /** Waits for what is under way. */
  close(): Promise<void>;
}
