import { type BlobKey, blobKey } from '@waybill/blob-store';
import { parseFilePath } from '@waybill/shaman-protocol';
import type { ShamanFile } from '@waybill/shaman-protocol';
import { CheckoutFilesConflictError } from './checkout-errors.ts';

export interface PlannedFile {
  readonly name: string;
  readonly file: ShamanFile;
  /** The same object for the same blob. */
  readonly key: BlobKey;
}

export interface PlannedFolder {
  /** Below the checkout, with `/`; '' for the checkout itself. */
  readonly path: string;
  readonly files: PlannedFile[];
}

/** What a checkout is made of. */
export interface CheckoutPlan {
  /** Each after the one that it is in. */
  readonly folders: readonly PlannedFolder[];
  /** Each path once. */
  readonly files: readonly ShamanFile[];
  /** Each blob once, however many names it has. */
  readonly keys: readonly BlobKey[];
  readonly sizeBytes: number;
}

/**
 * Sorts the files of a definition into folders.
 * Sorted or not, whoever calls: the paths are checked here too, at the place where they become files.
 * @throws FilePathInvalidError; BlobKeyInvalidError; CheckoutFilesConflictError. One path listed twice with the same content is no conflict.
 */
export function planCheckout(files: readonly ShamanFile[]): CheckoutPlan {
  const byPath = new Map<string, ShamanFile>();
  const folders = new Map<string, PlannedFolder>([['', { path: '', files: [] }]]);
  const keys = new Map<string, BlobKey>();
  let sizeBytes = 0;
  for (const file of files) {
    const before = byPath.get(file.path);
    if (before !== undefined) {
      if (before.sha !== file.sha || before.sizeBytes !== file.sizeBytes)
        throw new CheckoutFilesConflictError(file.path, file.path);
      continue;
    }
    byPath.set(parseFilePath(file.path), file);
    sizeBytes += file.sizeBytes;
    const slash = file.path.lastIndexOf('/');
    const folder = folderOf(folders, slash < 0 ? '' : file.path.slice(0, slash));
    folder.files.push({ name: file.path.slice(slash + 1), file, key: keyOf(keys, file) });
  }
  for (const { path } of folders.values()) if (byPath.has(path)) throw conflictAt(path, byPath.keys());
  return { folders: [...folders.values()], files: [...byPath.values()], keys: [...keys.values()], sizeBytes };
}

function keyOf(keys: Map<string, BlobKey>, { sha, sizeBytes }: ShamanFile): BlobKey {
  const name = `${sha}-${sizeBytes}`;
  const known = keys.get(name);
  if (known !== undefined) return known;
  const key = blobKey(sha, sizeBytes);
  keys.set(name, key);
  return key;
}

function folderOf(folders: Map<string, PlannedFolder>, path: string): PlannedFolder {
  const found = folders.get(path);
  if (found !== undefined) return found;
  const slash = path.lastIndexOf('/');
  folderOf(folders, slash < 0 ? '' : path.slice(0, slash));
  const folder = { path, files: [] };
  folders.set(path, folder);
  return folder;
}

function conflictAt(file: string, paths: Iterable<string>): CheckoutFilesConflictError {
  for (const path of paths) if (path.startsWith(`${file}/`)) return new CheckoutFilesConflictError(path, file);
  return new CheckoutFilesConflictError(file, file);
}
