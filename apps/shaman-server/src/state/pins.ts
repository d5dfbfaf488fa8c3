import type { BlobKey } from '@waybill/blob-store';
import type { AbortOptions } from '@waybill/common';

/** How long a pin holds when nothing renews it: an hour, in which a client uploads the first missing file of its definition. */
export const DEFAULT_PIN_TTL_MS = 3_600_000;

export interface PinOptions extends AbortOptions {
  /** Default {@link DEFAULT_PIN_TTL_MS}. */
  ttlMs?: number;
}

/**
 * Keeps blobs of definitions in flight from garbage collection: between the answer "you need not send this file" and the
 * checkout that links it, nothing else refers to the file.
 *
 * The order that is safe, and that every caller MUST keep: `pin`, then `store.hasMany` with `touch`, then the answer. A
 * collection deletes inside {@link PinStore.withUnpinned} only, so that whatever is seen after `pin` stays for the life of
 * the pin; collections of others go by the touch: what was found when it was touched they leave alone.
 */
export interface PinStore {
  /**
   * Resolves when the pin holds: deletions of these blobs that were under way are over, and no new one begins. It ends by
   * itself after `ttlMs`. The same set of blobs is one pin, however often it is pinned: it then holds until the latest end.
   */
  pin(keys: readonly BlobKey[], options?: PinOptions): Promise<void>;
  /**
   * An upload of one file renews every pin that the file is in, so that the other files of a definition outlive an upload
   * of many hours. To be called at the begin and the end of each upload, and now and then (a minute) in a long one; cheap:
   * may be done later, in groups, within a tenth of the usual time to live.
   */
  renewFor(key: BlobKey): void;
  /**
   * Runs `work` with those of `keys` that no pin holds; while it runs, `pin` waits where it asks for one of them. Small
   * groups (up to some hundred keys), please.
   */
  withUnpinned<T>(
    keys: readonly BlobKey[],
    work: (unpinned: readonly BlobKey[]) => Promise<T>,
    options?: AbortOptions,
  ): Promise<T>;
  /** Pins that hold now, and the blobs in them (those in several pins are counted several times). */
  count(options?: AbortOptions): Promise<{ pins: number; blobs: number }>;
  /** Waits for renewals that are due; ends no pin. */
  close(): Promise<void>;
}
