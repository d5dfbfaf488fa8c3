import { type BlobKey, BlobMissingError, type BlobStore } from '@waybill/blob-store';
import { Semaphore } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import type { BlobLocator, LocatedBlobs } from './blob-locator.ts';

export interface CheckoutMaterialiserInit {
  /** Where the blobs are: S3. */
  remote: BlobStore;
  /** Local files in front of it, and where they are. The checkouts link to these. */
  cache: BlobStore;
  cacheLocator: BlobLocator;
  /** Called after blobs were fetched: see CacheEvictor. */
  onFetched?: () => void;
  /** Blobs that are fetched at a time, for all checkouts together; default 16: latency, not bandwidth, is what small ones wait for. */
  concurrency?: number;
}

/**
 * Blobs of a remote store as local files. Each is fetched once and verified when it is put into the cache. The caller's pin
 * keeps blobs in both places until the checkout links them.
 */
export class CheckoutMaterialiser implements BlobLocator {
  readonly root: string;
  readonly #init: CheckoutMaterialiserInit;
  readonly #slots: Semaphore;

  constructor(init: CheckoutMaterialiserInit) {
    this.#init = init;
    this.root = init.cacheLocator.root;
    this.#slots = new Semaphore(init.concurrency ?? 16);
  }

  pathOf(key: BlobKey): string {
    return this.#init.cacheLocator.pathOf(key);
  }

  /** A checkout of which one file is missing fetches nothing. */
  async locate(keys: readonly BlobKey[], options: AbortOptions = {}): Promise<LocatedBlobs> {
    const { remote, cacheLocator, onFetched } = this.#init;
    const present = await remote.hasMany(keys, { ...options, touch: true });
    if (present.includes(false)) return { present };
    const cached = (await cacheLocator.locate(keys, options)).present;
    const wanted = keys.filter((_, index) => cached[index] !== true);
    if (wanted.length === 0) return { present };
    const gone = await this.#fetchAll(wanted, options);
    onFetched?.();
    return { present: keys.map((key) => !gone.has(key)) };
  }

  /** Returns those that the remote store no longer has. The first failure stops the others. */
  async #fetchAll(keys: readonly BlobKey[], { signal }: AbortOptions): Promise<Set<BlobKey>> {
    const gone = new Set<BlobKey>();
    const failing = new AbortController();
    const both = AbortSignal.any([failing.signal, ...(signal === undefined ? [] : [signal])]);
    const fetchOne = async (key: BlobKey): Promise<void> => {
      try {
        await this.#slots.run(() => this.#fetch(key, { signal: both }), { signal: both });
      } catch (error) {
        if (error instanceof BlobMissingError) gone.add(key);
        else failing.abort(error);
      }
    };
    await Promise.all(keys.map(fetchOne));
    both.throwIfAborted();
    return gone;
  }

  async #fetch(key: BlobKey, options: AbortOptions): Promise<void> {
    const { remote, cache } = this.#init;
    if (await cache.has(key, options)) return;
    const content = await remote.get(key, options);
    try {
      await cache.put(key, content.body, options);
    } finally {
      await content.discard();
    }
  }
}
