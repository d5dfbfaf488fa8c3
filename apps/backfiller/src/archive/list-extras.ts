import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isErrnoException } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import { isSafeComponent } from '@waybill/segments';
import { ExtrasTooManyError } from './archive-errors.ts';
import { isExtraTempName } from './temp-names.ts';

/** A listing of this many names has about 10 MB; the client gives it 5 s. A wubloader's emotes are some thousands. */
const MAX_ENTRIES = 200_000;

/**
 * Files below a directory: relative, `/`-separated, sorted by code unit; none where it is absent. Hidden names and temp
 * files are left out. A symbolic link to a file counts as that file; directories behind links are not entered, since a
 * link can lead in a circle. Throws ExtrasTooManyError above 200,000 entries.
 */
export async function listExtras(
  root: string,
  { signal, maxEntries = MAX_ENTRIES }: AbortOptions & { maxEntries?: number } = {},
): Promise<string[]> {
  const found: string[] = [];
  const pending = [''];
  let seen = 0;
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    signal?.throwIfAborted();
    for (const entry of await readFolder(path.join(root, folder))) {
      if (++seen > maxEntries) throw new ExtrasTooManyError(root, maxEntries);
      if (!isSafeComponent(entry.name)) continue;
      if (entry.isDirectory()) pending.push(`${folder}${entry.name}/`);
      else if (await isListedFile(root, folder, entry)) found.push(folder + entry.name);
    }
  }
  return found.sort();
}

async function readFolder(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isErrnoException(error, 'ENOENT') || isErrnoException(error, 'ENOTDIR')) return [];
    throw error;
  }
}

async function isListedFile(root: string, folder: string, entry: Dirent): Promise<boolean> {
  if (isExtraTempName(entry.name)) return false;
  if (!entry.isSymbolicLink()) return entry.isFile();
  return (await statOrUndefined(path.join(root, folder, entry.name)))?.isFile() === true;
}

async function statOrUndefined(file: string): Promise<{ isFile(): boolean } | undefined> {
  try {
    return await stat(file);
  } catch (error) {
    if (isErrnoException(error, 'ENOENT') || isErrnoException(error, 'ELOOP')) return undefined;
    throw error;
  }
}
