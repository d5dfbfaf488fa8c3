import { mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { isErrnoException } from '@waybill/common';

/** Another process may remove the empty directory between our making it and our using it; this often we make it anew. */
const MOST_ATTEMPTS = 8;

/** Renames a file, whose new directory is made if need be. Nothing is synced. */
export function moveIntoPlace(from: string, to: string): void {
  for (let attempt = 1; ; attempt += 1) {
    mkdirSync(dirname(to), { recursive: true });
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      if (!isErrnoException(error, 'ENOENT') || attempt >= MOST_ATTEMPTS) throw error;
    }
  }
}

/** A directory that is in use, gone, or not ours to remove is left as it is. */
const LEFT_ALONE = new Set(['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR', 'EBUSY', 'EPERM', 'EACCES']);

/** @returns Whether it was empty, and is gone. */
export function removeEmptyDirectory(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    if (isErrnoException(error) && LEFT_ALONE.has(error.code)) return false;
    throw error;
  }
}
