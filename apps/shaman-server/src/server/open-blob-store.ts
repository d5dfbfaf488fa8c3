import type { BlobStore } from '@waybill/blob-store';
import { createFsBlobStore } from '@waybill/blob-store-fs';
import type { BlobLocator } from '../checkouts/blob-locator.ts';
import { CheckoutMaterialiser } from '../checkouts/checkout-materialiser.ts';
import { createStoreLocator } from '../checkouts/store-locator.ts';
import type { StoreConfig } from '../config/check-serve-config.ts';
import { createHardLinkCheck } from '../gc/hard-links.ts';
import type { KeepsBlob } from '../gc/hard-links.ts';
import type { StoragePaths } from './storage-paths.ts';

export interface OpenedBlobStore {
  readonly store: BlobStore;
  /** Where checkouts find the files. */
  readonly locator: BlobLocator;
  /** Files of a remote store that were needed here; undefined where the store itself is local. */
  readonly cache: BlobStore | undefined;
  /** What keeps a file beside links and pins. */
  readonly keeps: KeepsBlob | undefined;
  close(): Promise<void>;
}

export interface OpenBlobStoreInit {
  readonly config: Pick<StoreConfig, 'blobStore' | 'durability'>;
  readonly paths: Pick<StoragePaths, 'fileStore'>;
  /** How old a reference has to be before a collection may take the file; default: very old. */
  readonly gcMaxAgeMs?: number | undefined;
  /** Called when a cache may have grown. */
  readonly onFetched: () => void;
}

/** References that are renewed later than this are a small part of any age that a collection asks for. */
const LONGEST_FRESH_MS = 60_000;

/** Opens the store that the configuration names. */
export async function openBlobStore(init: OpenBlobStoreInit): Promise<OpenedBlobStore> {
  const { onFetched, gcMaxAgeMs = Infinity } = init;
  const { blobStore, durability } = init.config;
  const freshMs = Math.min(LONGEST_FRESH_MS, gcMaxAgeMs / 60);
  const files = await createFsBlobStore({ root: init.paths.fileStore, durability, freshMs });
  const filesLocator = createStoreLocator(files);
  if (blobStore === undefined) {
    const keeps = createHardLinkCheck((key) => files.blobPath(key));
    return { store: files, locator: filesLocator, cache: undefined, keeps, close: () => files.close() };
  }
  // Loaded when needed: the SDK of S3 takes longer to load than the rest of the program.
  const { openS3BlobStore, parseStoreLocation } = await import('@waybill/blob-store-s3');
  const store = await openS3BlobStore({ location: parseStoreLocation(blobStore) });
  const locator = new CheckoutMaterialiser({ remote: store, cache: files, cacheLocator: filesLocator, onFetched });
  const close = async (): Promise<void> => {
    await store.close();
    await files.close();
  };
  return { store, locator, cache: files, keeps: undefined, close };
}
