import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { BlobKey, PutOutcome } from '@waybill/blob-store';
import { type AbortOptions, asWriteError } from '@waybill/common';
import type { FsBlobs } from './fs-blobs.ts';
import { moveIntoPlace, removeEmptyDirectory } from './move-into-place.ts';
import type { UploadFile } from './upload-file.ts';

/** Puts a verified upload in place, unless the blob is there; either way the upload is gone. Fails with the upload as it was. */
export async function publishUpload(
  blobs: FsBlobs,
  key: BlobKey,
  upload: UploadFile,
  { signal }: AbortOptions,
): Promise<PutOutcome> {
  return await blobs.locked(key, async () => {
    signal?.throwIfAborted();
    if ((await blobs.hasLocked(key)) && blobs.touch(key)) {
      await upload.remove();
      return 'exists';
    }
    await upload.markReferenced();
    await upload.sync(blobs.durability);
    signal?.throwIfAborted();
    await upload.close();
    moveIntoPlace(upload.path, blobs.path(key));
    removeEmptyDirectory(dirname(upload.path));
    await settlePublished(blobs, key);
    return 'stored';
  });
}

/**
 * Makes a blob durable that was just renamed into place. One whose directories cannot be synced is removed again: a later
 * sync could succeed and mean nothing, and somebody would rely on it.
 */
export async function settlePublished(blobs: FsBlobs, key: BlobKey): Promise<void> {
  try {
    await blobs.settler.settleEntries(key);
  } catch (error) {
    rmSync(blobs.path(key), { force: true });
    throw asWriteError(error, blobs.path(key));
  }
}
