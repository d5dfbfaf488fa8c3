import { closeSync, constants, fsync, fsyncSync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import { FileSyncFailedError } from './write-errors.ts';

/** Windows cannot open a directory as a file; its file systems write directory entries through their journal. */
const canOpenDirectories = process.platform !== 'win32';

const OPEN_DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY;

const fsyncAsync = promisify(fsync);

/**
 * Makes the entries of a directory (new names, renames, removals) survive a power cut.
 * @throws FileSyncFailedError when the system could not; a system error (ENOENT, EACCES…) when the directory cannot be opened.
 */
export async function syncDirectory(path: string): Promise<void> {
  if (!canOpenDirectories) return;
  // Opening and closing touch the disk no more than the write before did; only the sync has to wait for it.
  const fd = openSync(path, OPEN_DIRECTORY);
  try {
    await fsyncAsync(fd);
  } catch (error) {
    throw new FileSyncFailedError(path, error);
  } finally {
    closeSync(fd);
  }
}

/** The same, and everything waits for it. Throws what the system says, as it is. */
export function syncDirectorySync(path: string): void {
  if (!canOpenDirectories) return;
  const fd = openSync(path, OPEN_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
