import { closeSync, constants, fsync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import { FileSyncFailedError } from './write-errors.ts';

/** Windows cannot open a directory as a file; its file systems write directory entries through their journal. */
const canOpenDirectories = process.platform !== 'win32';

const fsyncAsync = promisify(fsync);

/**
 * Makes the entries of a directory (new names, renames, removals) survive a power cut.
 * @throws FileSyncFailedError when the system could not; a system error (ENOENT, EACCES…) when the directory cannot be opened.
 */
export async function syncDirectory(path: string): Promise<void> {
  if (!canOpenDirectories) return;
  // Opening and closing touch the disk no more than the write before did; only the sync has to wait for it.
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await fsyncAsync(fd);
  } catch (error) {
    throw new FileSyncFailedError(path, error);
  } finally {
    closeSync(fd);
  }
}
