import { randomBytes } from 'node:crypto';
import { renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type BlobKey, formatBlobKey } from '@waybill/blob-store';
import { type AbortOptions, ensureDirectory, isErrnoException, syncDirectory } from '@waybill/common';
import type { FsBlobs } from './fs-blobs.ts';
import { removeEmptyDirectory } from './move-into-place.ts';

/**
 * `ROOT/quarantine/<sha>-<size>-<ms since 1970>-<random>.blob`: no two are alike, whatever the clock does. The old entry is the one that must not come back after a power cut:
 * its directory is synced, or the one above when it is empty now.
 */
export async function quarantineBlob(
  blobs: FsBlobs,
  key: BlobKey,
  { signal }: AbortOptions,
): Promise<string | undefined> {
  return await blobs.locked(key, async () => {
    signal?.throwIfAborted();
    const folder = join(blobs.root, 'quarantine');
    const full = blobs.durability === 'full';
    await ensureDirectory(folder, { durability: blobs.durability });
    const path = blobs.path(key);
    const aside = join(folder, `${formatBlobKey(key)}-${Date.now()}-${randomBytes(6).toString('hex')}.blob`);
    try {
      renameSync(path, aside);
    } catch (error) {
      if (isErrnoException(error, 'ENOENT')) return undefined;
      throw error;
    }
    blobs.settler.forget(key);
    const removed = removeEmptyDirectory(dirname(path));
    if (full)
      await Promise.all([syncDirectory(folder), syncDirectory(removed ? dirname(dirname(path)) : dirname(path))]);
    return aside;
  });
}
