import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { isErrnoException } from '@waybill/common';

/** What stands at a path, a link for itself; undefined where nothing does. */
export async function statsAt(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (isErrnoException(error, 'ENOENT')) return undefined;
    throw error;
  }
}
