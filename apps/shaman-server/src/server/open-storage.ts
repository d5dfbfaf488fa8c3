import { join } from 'node:path';
import { type BlobStore, formatBlobKey } from '@waybill/blob-store';
import { ensureDirectory } from '@waybill/common';
import type { Logger } from '@waybill/http-kit';

import { CacheEvictor } from '../checkouts/cache-evictor.ts';
import type { CheckoutStore } from '../checkouts/checkout-store.ts';
import { openFileCheckoutStore } from '../checkouts/open-file-checkout-store.ts';
import type { StoreConfig } from '../config/check-serve-config.ts';
import { createCollector } from '../gc/blob-collector.ts';
import { createFolderCollectionLock, createPostgresCollectionLock } from '../gc/collection-lock.ts';
import type { Collector } from '../gc/collector.ts';
import { TreeReferences } from '../gc/tree-references.ts';
import { createScrubber } from '../scrub/blob-scrubber.ts';
import { createFileScrubJournal } from '../scrub/scrub-journal.ts';
import type { ScrubFinding, Scrubber } from '../scrub/scrubber.ts';
import { createMemoryPinStore } from '../state/memory-pins.ts';
import type { PinStore } from '../state/pins.ts';
import { openPostgresPinStore } from '../state/postgres-pins.ts';
import type { SharedDatabase } from '../state/shared-database.ts';
import { openBlobStore } from './open-blob-store.ts';
import { openDatabase } from './open-database.ts';
import { openFarmCheckouts } from './open-farm-checkouts.ts';
import { asStorageError } from './start-errors.ts';
import { storagePaths } from './storage-paths.ts';
import type { StoragePaths } from './storage-paths.ts';

export interface OpenStorageInit {
  config: StoreConfig;
  logger: Logger;
  gcMaxAgeMs?: number | undefined;
  /** 0: as fast as it can. */
  scrubBytesPerSecond?: number | undefined;
}

/** Everything below the routes: files, checkouts, pins, and what keeps them in order. */
export interface Storage extends AsyncDisposable {
  readonly paths: StoragePaths;
  readonly store: BlobStore;
  readonly checkouts: CheckoutStore;
  readonly pins: PinStore;
  readonly collector: Collector;
  readonly scrubber: Scrubber;
  /** The folder whose disk uploads fill; undefined where they go to a remote store. */
  readonly uploadFolder: string | undefined;
  /** What several servers share; undefined for one alone. */
  readonly database: SharedDatabase | undefined;
  /** Keeps the checkouts as the other servers make and erase them, until it is disposed. */
  follow(): AsyncDisposable;
}

/**
 * Opens the storage that the configuration names. Nothing in it is read yet, however much there is.
 * @throws StorageUnusableError, DiskFullError; what the remote store or the database throws.
 */
export async function openStorage(init: OpenStorageInit): Promise<Storage> {
  const paths = storagePaths(init.config);
  try {
    return await open(init, paths);
  } catch (error) {
    throw asStorageError(error, paths.root);
  }
}

async function open(init: OpenStorageInit, paths: StoragePaths): Promise<Storage> {
  const { config, logger } = init;
  await using cleanup = new AsyncDisposableStack();
  await ensureDirectory(paths.state);
  const database = config.database === undefined ? undefined : await openDatabase(config.database, logger);
  if (database !== undefined) cleanup.use(database);
  const onError = (error: unknown): void => logger.warn({ err: error }, 'Work in the background failed');
  const pins = database === undefined ? createMemoryPinStore() : await openPostgresPinStore({ database, onError });
  cleanup.defer(() => pins.close());
  const sources = [paths.checkouts, ...config.extraCheckouts].map((folder) => new TreeReferences(folder));
  const evictCache = (): void => void evictor?.evict().catch(onError);
  const { gcMaxAgeMs } = init;
  const opened = await openBlobStore({ config, paths, gcMaxAgeMs, onFetched: evictCache });
  cleanup.defer(() => opened.close());
  const { store, cache, locator } = opened;
  const evictor = cache && new CacheEvictor({ cache, pins, sources, maxBytes: config.cacheBytes });
  const local = await openFileCheckoutStore({
    ...{ root: paths.checkouts, locator, pins, durability: config.durability, onError },
    links: config.checkoutLinks,
  });
  cleanup.defer(() => local.close());
  const farmInit = { config, paths, local, pins, store, logger, onEvicted: evictCache };
  const farm = database && (await openFarmCheckouts({ ...farmInit, database }));
  if (farm !== undefined) cleanup.defer(() => farm.checkouts.close());
  const checkouts = farm?.checkouts ?? local;
  const collector = createCollector({
    ...{ store, pins, sources: [...(farm?.references ?? []), ...sources] },
    lock: database === undefined ? createFolderCollectionLock(paths.state) : createPostgresCollectionLock(database),
    ...(gcMaxAgeMs !== undefined && { maxAgeMs: gcMaxAgeMs }),
    ...(opened.keeps !== undefined && { keeps: opened.keeps }),
  });
  const journal = createFileScrubJournal(join(paths.state, 'scrub.json'));
  const scrubber = createScrubber({
    ...scrubPace(init),
    store,
    journal,
    onFinding: (finding) => logFinding(logger, finding),
  });
  const stack = cleanup.move();
  return {
    ...{ paths, store, checkouts, pins, collector, scrubber, database },
    uploadFolder: cache === undefined ? paths.fileStore : undefined,
    follow: () => farm?.follow() ?? new AsyncDisposableStack(),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function scrubPace({ scrubBytesPerSecond }: OpenStorageInit): { bytesPerSecond?: number } {
  if (scrubBytesPerSecond === undefined) return {};
  return { bytesPerSecond: scrubBytesPerSecond === 0 ? Infinity : scrubBytesPerSecond };
}

function logFinding(logger: Logger, { key, kind, quarantinedAs, error }: ScrubFinding): void {
  const reason = error instanceof Error ? error.message : undefined;
  logger.error({ blob: formatBlobKey(key), reason, quarantinedAs }, `The scrub found a file that is ${kind}`);
}
