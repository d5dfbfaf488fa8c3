import { constants } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type AbortOptions, type Durability, isErrnoException, tempMark } from '@waybill/common';
import { placeBytes } from '../plan/place-bytes.ts';
import { PackTargetInvalidError } from './target-errors.ts';

export interface ByteNamedInit extends AbortOptions {
  /** The folder of the pack, which is there. */
  readonly folder: string;
  /** With `\xNN`. */
  readonly place: string;
  readonly durability: Durability;
}

let sequence = 0;

/**
 * Puts a file in place whose path no text can say. Content is written to paths that are texts: it gets a temp name in the folder of
 * the pack, which a sweep knows, and is renamed when it is on disk.
 * @param write Writes the content to this path, whole or not at all; resolves to its length. It need not sync the folder.
 * @throws PackTargetInvalidError where the file system has UTF-8 names only; what `write` throws; system errors; the signal's reason
 */
export async function putByteNamed(
  { folder, place, durability, signal }: ByteNamedInit,
  write: (path: string) => Promise<number>,
): Promise<number> {
  sequence += 1;
  const temp = join(folder, `.named.waybill.${tempMark()}.${sequence}.temp`);
  const sizeBytes = await write(temp);
  try {
    const changed = await makeFolders(folder, place);
    signal?.throwIfAborted();
    await rename(temp, pathOf(folder, place));
    if (durability === 'full') for (const path of changed) await syncFolder(path);
  } catch (error) {
    await rm(temp, { force: true });
    throw isRefusedName(error) ? refusal(folder, place, error) : error;
  }
  return sizeBytes;
}

/** @returns the folders in which something comes into being: all that are new, their parents, and the one of the file. */
async function makeFolders(folder: string, place: string): Promise<Buffer[]> {
  const names = place.split('/').slice(0, -1);
  const folders = names.map((_name, index) => pathOf(folder, names.slice(0, index + 1).join('/')));
  const top = Buffer.from(resolve(folder));
  const changed = new Set<Buffer>([folders.at(-1) ?? top]);
  for (const [index, path] of folders.entries()) if (await makeFolder(path)) changed.add(folders[index - 1] ?? top);
  return [...changed].reverse();
}

/** False where it is there. */
async function makeFolder(path: Buffer): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (isErrnoException(error, 'EEXIST')) return false;
    throw error;
  }
}

async function syncFolder(path: Buffer): Promise<void> {
  await using handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  await handle.sync();
}

function pathOf(folder: string, place: string): Buffer {
  return Buffer.concat([Buffer.from(`${resolve(folder)}/`), placeBytes(place)]);
}

/** What file systems say that know characters and no bytes. */
function isRefusedName(error: unknown): boolean {
  return isErrnoException(error, 'EILSEQ') || isErrnoException(error, 'EINVAL');
}

function refusal(folder: string, place: string, cause: unknown): PackTargetInvalidError {
  const problem = `its file system cannot have the name ${place}, which is no UTF-8; pack with --utf8-names`;
  return new PackTargetInvalidError(folder, problem, cause);
}
