import type { BlobInfo, BlobKey, BlobStore } from '@waybill/blob-store';
import type { AbortOptions } from '@waybill/common';
import { markReferences } from '../gc/mark.ts';
import type { MarkProblem } from '../gc/collector.ts';
import type { ReferenceSource } from '../gc/reference-source.ts';
import type { PinStore } from '../state/pins.ts';

export interface CacheEvictorInit {
  cache: BlobStore;
  pins: PinStore;
  /** The checkouts that link to the cache. */
  sources: readonly ReferenceSource[];
  /** The cache may be larger only by what checkouts link and pins hold. */
  maxBytes: number;
}

export interface EvictReport {
  readonly evictedBlobs: number;
  readonly evictedBytes: number;
  /** What is left. */
  readonly sizeBytes: number;
  /** Not empty: what checkouts link is not known, so nothing was evicted. */
  readonly problems: readonly MarkProblem[];
}

/** Down to this part, so that not every checkout has to evict. */
const LOW_WATER = 0.9;
const GROUP_SIZE = 64;

/** Keeps a cache of blobs below its size: what was used last goes last, and what a checkout links does not go. */
export class CacheEvictor {
  readonly #init: CacheEvictorInit;
  #running: Promise<EvictReport> | undefined;

  constructor(init: CacheEvictorInit) {
    this.#init = init;
  }

  /** Those who ask while one runs share it. */
  evict(options: AbortOptions = {}): Promise<EvictReport> {
    this.#running ??= this.#evict(options).finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #evict(options: AbortOptions): Promise<EvictReport> {
    const { cache, sources, maxBytes } = this.#init;
    const infos = await Array.fromAsync(cache.list(options));
    let sizeBytes = infos.reduce((sum, { key }) => sum + key.sizeBytes, 0);
    const before = { blobs: infos.length, sizeBytes };
    if (sizeBytes <= maxBytes) return { evictedBlobs: 0, evictedBytes: 0, sizeBytes, problems: [] };
    const { digests, problems } = await markReferences(sources, options);
    if (problems.length > 0) return { evictedBlobs: 0, evictedBytes: 0, sizeBytes, problems };
    const free = infos.filter(({ key }) => !digests.has(key.digest));
    free.sort((a, b) => a.referencedAtMs - b.referencedAtMs);
    let evictedBlobs = 0;
    for (let at = 0; at < free.length && sizeBytes > maxBytes * LOW_WATER; at += GROUP_SIZE) {
      const evicted = await this.#evictGroup(
        free.slice(at, at + GROUP_SIZE),
        sizeBytes - maxBytes * LOW_WATER,
        options,
      );
      evictedBlobs += evicted.length;
      sizeBytes -= evicted.reduce((sum, key) => sum + key.sizeBytes, 0);
    }
    return { evictedBlobs, evictedBytes: before.sizeBytes - sizeBytes, sizeBytes, problems };
  }

  async #evictGroup(group: readonly BlobInfo[], excessBytes: number, options: AbortOptions): Promise<BlobKey[]> {
    const { cache, pins } = this.#init;
    const usedAtMs = new Map(group.map(({ key, referencedAtMs }) => [key, referencedAtMs]));
    return pins.withUnpinned(
      [...usedAtMs.keys()],
      async (unpinned) => {
        const evicted: BlobKey[] = [];
        let leftBytes = excessBytes;
        for (const key of unpinned) {
          if (leftBytes <= 0) break;
          // What was used since it was listed is no longer the oldest.
          const ifReferencedBeforeMs = (usedAtMs.get(key) ?? 0) + 1;
          if (!(await cache.delete(key, { ifReferencedBeforeMs, ...options }))) continue;
          evicted.push(key);
          leftBytes -= key.sizeBytes;
        }
        return evicted;
      },
      options,
    );
  }
}
