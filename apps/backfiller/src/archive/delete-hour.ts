import { readdir, rmdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { isErrnoException } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import { hideTombstoned } from '@waybill/segments';

export interface DeletedHour {
  deleted: string[];
  left: string[];
}

/**
 * Removes what an hour directory lists (spec section 1.4, delete-old): `.ts`, temp ones too, and `.json`. Tombstones,
 * what they hide, hidden and foreign files stay and are returned, as nothing here knows who still wants them; without
 * such files the directory goes too. An abort leaves whole files only.
 */
export async function deleteHour(directory: string, { signal }: AbortOptions = {}): Promise<DeletedHour> {
  const names = await namesIn(directory);
  const deleted: string[] = [];
  for (const name of hideTombstoned(names)) {
    signal?.throwIfAborted();
    if (await removed(path.join(directory, name))) deleted.push(name);
  }
  const gone = new Set(deleted);
  const left = names.filter((name) => !gone.has(name)).sort();
  if (left.length === 0) await removeEmpty(directory);
  return { deleted: deleted.sort(), left };
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isErrnoException(error, 'ENOENT')) return [];
    throw error;
  }
}

/** True also where somebody else was quicker; false for a directory that looks like a file. */
async function removed(file: string): Promise<boolean> {
  try {
    await unlink(file);
    return true;
  } catch (error) {
    if (isErrnoException(error, 'ENOENT')) return true;
    if (isErrnoException(error, 'EISDIR') || isErrnoException(error, 'EPERM')) return false;
    throw error;
  }
}

/** Somebody may have put a file there meanwhile: then the directory stays, and the next pass looks again. */
async function removeEmpty(directory: string): Promise<void> {
  try {
    await rmdir(directory);
  } catch (error) {
    if (!isErrnoException(error, 'ENOTEMPTY') && !isErrnoException(error, 'ENOENT')) throw error;
  }
}
