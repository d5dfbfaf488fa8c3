import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isErrnoException } from '@waybill/common';
import { isSafeComponent } from '@waybill/segments';

/** Visible directories in a directory, links to directories included, sorted by code unit; none where it is absent. */
export async function listSubdirectories(directory: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readEntries(directory)) {
    if (isSafeComponent(entry.name) && (await leadsToDirectory(directory, entry))) found.push(entry.name);
  }
  return found.sort();
}

async function readEntries(directory: string): Promise<Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if (isErrnoException(error, 'ENOENT') || isErrnoException(error, 'ENOTDIR')) return [];
    throw error;
  }
}

async function leadsToDirectory(directory: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  try {
    return (await stat(path.join(directory, entry.name))).isDirectory();
  } catch (error) {
    if (isErrnoException(error, 'ENOENT') || isErrnoException(error, 'ELOOP')) return false;
    throw error;
  }
}
