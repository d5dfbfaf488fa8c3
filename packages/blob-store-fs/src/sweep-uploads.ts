import { lstatSync, type Stats, statSync, unlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SweepOptions, SweepResult } from '@waybill/blob-store';
import { isErrnoException, isTempOwnerAlive } from '@waybill/common';
import { parseUploadName, type UploadName } from './blob-layout.ts';
import { moveIntoPlace, removeEmptyDirectory } from './move-into-place.ts';

const DAY_MS = 86_400_000;

/** Who makes a directory uses it at once. One that is empty for so long was left by a server that leaves them all. */
const UNUSED_DIRECTORY_MS = 60_000;

type Removed = 'upload' | 'partial' | undefined;

/** Uploads of processes that have ended, partial uploads that nobody comes back to, blobs that were on their way out. */
export async function sweepUploads(root: string, { maxAgeMs = DAY_MS, signal }: SweepOptions): Promise<SweepResult> {
  const result = { uploads: 0, partials: 0, sizeBytes: 0 };
  const uploading = join(root, 'uploading');
  for (const prefix of await namesIn(uploading)) {
    for (const rest of await namesIn(join(uploading, prefix))) {
      const directory = join(uploading, prefix, rest);
      for (const name of await namesIn(directory)) {
        signal?.throwIfAborted();
        const found = lstatSync(join(directory, name), { throwIfNoEntry: false });
        if (found === undefined) continue;
        const stored = join(root, 'stored', prefix, rest);
        const removed = sweepFile(join(directory, name), name, { found, stored, maxAgeMs });
        if (removed === 'upload') result.uploads += 1;
        if (removed === 'partial') result.partials += 1;
        if (removed !== undefined) result.sizeBytes += found.size;
      }
      removeUnused(directory);
    }
  }
  return result;
}

interface SweptFile {
  readonly found: Stats;
  /** Where the blob of this digest belongs. */
  readonly stored: string;
  readonly maxAgeMs: number;
}

function sweepFile(path: string, name: string, { found, stored, maxAgeMs }: SweptFile): Removed {
  const upload = parseUploadName(name);
  if (upload === undefined || !found.isFile() || !isAbandoned(upload, Date.now() - found.mtimeMs > maxAgeMs)) return;
  if (upload.kind === 'trash' && putBack(path, join(stored, `${upload.sizeBytes}.blob`), found, upload)) return;
  if (!removeIfThere(path)) return;
  return upload.kind === 'partial' ? 'partial' : 'upload';
}

function isAbandoned({ kind, mark }: UploadName, isOld: boolean): boolean {
  const owner = mark === undefined ? 'unknown' : isTempOwnerAlive(mark);
  if (owner === 'alive') return false;
  // Its owner's end is what a partial upload is there for.
  return isOld || (owner === 'gone' && kind !== 'partial');
}

/**
 * A process has ended between taking a blob out of the way and looking whether it was touched meanwhile. It was verified
 * when it was stored; to keep it is right in either case, and whoever collects garbage comes by again.
 */
function putBack(trashPath: string, path: string, { size }: Stats, { sizeBytes }: UploadName): boolean {
  if (size !== sizeBytes || statSync(path, { throwIfNoEntry: false })?.size === sizeBytes) return false;
  moveIntoPlace(trashPath, path);
  return true;
}

function removeIfThere(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if (isErrnoException(error, 'ENOENT')) return false;
    throw error;
  }
}

function removeUnused(directory: string): void {
  const found = lstatSync(directory, { throwIfNoEntry: false });
  if (found?.isDirectory() !== true || Date.now() - found.mtimeMs < UNUSED_DIRECTORY_MS) return;
  removeEmptyDirectory(directory);
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (isErrnoException(error, 'ENOENT') || isErrnoException(error, 'ENOTDIR')) return [];
    throw error;
  }
}
