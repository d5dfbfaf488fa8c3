import { stat } from 'node:fs/promises';
import type { BlobKey } from '@waybill/blob-store';
import { isErrnoException } from '@waybill/common';

/** Whether something keeps a blob, asked for the few that are about to be deleted. */
export type KeepsBlob = (key: BlobKey) => Promise<boolean>;

/**
 * A blob with more than one name is in a checkout of hard links, wherever that is. Its content would outlive the deletion
 * of the store's name, but clients would have to send it again.
 */
export function createHardLinkCheck(blobPath: (key: BlobKey) => string): KeepsBlob {
  return async (key) => {
    try {
      return (await stat(blobPath(key))).nlink > 1;
    } catch (error) {
      if (isErrnoException(error, 'ENOENT')) return false;
      throw error;
    }
  };
}
