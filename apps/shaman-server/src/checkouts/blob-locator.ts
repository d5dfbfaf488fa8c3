import type { BlobKey } from '@waybill/blob-store';
import type { AbortOptions } from '@waybill/common';

export interface LocatedBlobs {
  /** In the order of the keys: whether it is there. */
  readonly present: readonly boolean[];
}

/**
 * Where the blobs are as local files that a checkout can link to: the store itself when it is on a file system, a cache
 * in front of it otherwise.
 */
export interface BlobLocator {
  /** The folder that holds the files: absolute and without symbolic links. */
  readonly root: string;
  /** Path of a blob's file below `root`, with `/`; the file need not be there. */
  pathOf(key: BlobKey): string;
  /**
   * Marks the blobs as referenced now, then says which are there, as local files; a cache fetches those that it lacks.
   * The caller holds a pin on them.
   */
  locate(keys: readonly BlobKey[], options?: AbortOptions): Promise<LocatedBlobs>;
}
