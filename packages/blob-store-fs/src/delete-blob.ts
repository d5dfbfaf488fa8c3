import { mkdirSync, renameSync, statSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import type { BlobKey, DeleteOptions } from '@waybill/blob-store';
import { isErrnoException } from '@waybill/common';
import type { FsBlobs } from './fs-blobs.ts';
import { moveIntoPlace, removeEmptyDirectory } from './move-into-place.ts';

/**
 * Within a process nothing can come between the look and the removal: both are made without giving way. Another process
 * may touch the blob between the two: so with a limit it is first renamed out of the way, where a touch by its path
 * no longer reaches it, and looked at again; if a touch had come in between, it is put back. For that moment the blob is
 * not there.
 */
export async function deleteBlob(blobs: FsBlobs, key: BlobKey, options: DeleteOptions): Promise<boolean> {
  const { ifReferencedBeforeMs = Infinity, signal } = options;
  return await blobs.locked(key, async () => {
    signal?.throwIfAborted();
    const path = blobs.path(key);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined || found.mtimeMs >= ifReferencedBeforeMs) return false;
    try {
      if (ifReferencedBeforeMs === Infinity) unlinkSync(path);
      else if (!removeUntouched(blobs, key, ifReferencedBeforeMs)) {
        // Its entry was gone for a moment, and a power cut must not make that last.
        await blobs.settler.settleEntries(key);
        return false;
      }
    } catch (error) {
      if (isErrnoException(error, 'ENOENT')) return false;
      throw error;
    }
    blobs.settler.forget(key);
    removeEmptyDirectory(dirname(path));
    return true;
  });
}

function removeUntouched(blobs: FsBlobs, key: BlobKey, limitMs: number): boolean {
  const trashPath = blobs.newUploadPath(key, 'trash');
  mkdirSync(dirname(trashPath), { recursive: true });
  renameSync(blobs.path(key), trashPath);
  const touched = statSync(trashPath).mtimeMs >= limitMs;
  if (touched) moveIntoPlace(trashPath, blobs.path(key));
  else unlinkSync(trashPath);
  removeEmptyDirectory(dirname(trashPath));
  return !touched;
}
