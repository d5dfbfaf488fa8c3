import { sep } from 'node:path';
import type { BlobKey, BlobStore } from '@waybill/blob-store';
import type { BlobLocator } from './blob-locator.ts';

/** A store whose blobs are files. */
export interface LocalBlobStore extends Pick<BlobStore, 'hasMany'> {
  /** The real path of the store's folder. */
  readonly root: string;
  /** Where the blob's file is, or would be: below `root`. */
  blobPath(key: BlobKey): string;
}

/** The blobs where they are. */
export function createStoreLocator(store: LocalBlobStore): BlobLocator {
  const { root } = store;
  const below = root.endsWith(sep) ? root.length : root.length + 1;
  return {
    root,
    // Not `relative`, which would take longer than the link does.
    pathOf: (key) => store.blobPath(key).slice(below).replaceAll(sep, '/'),
    locate: async (keys, options) => ({ present: await store.hasMany(keys, { ...options, touch: true }) }),
  };
}
