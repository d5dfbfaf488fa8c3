import { statSync } from 'node:fs';
import { isErrnoException } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import { parseBlobLink } from './blob-link.ts';
import type { CheckoutEntry } from './checkout-store.ts';
import { walkTree } from './walk-tree.ts';

/** What a checkout shows, sorted by path; `undefined` when it goes away meanwhile. */
export async function readEntries(folder: string, options: AbortOptions = {}): Promise<CheckoutEntry[] | undefined> {
  const entries: CheckoutEntry[] = [];
  const visit = (path: string, target: string): void => {
    const blob = parseBlobLink(target);
    const stats = statSync(path, { throwIfNoEntry: false });
    entries.push({
      path: path.slice(folder.length + 1),
      sha: blob?.sha,
      sizeBytes: stats?.size ?? blob?.sizeBytes,
      present: stats !== undefined,
    });
  };
  try {
    await walkTree(folder, { link: visit, file: (path) => visit(path, '') }, options);
  } catch (error) {
    if (isErrnoException(error, 'ENOENT') && statSync(folder, { throwIfNoEntry: false }) === undefined)
      return undefined;
    throw error;
  }
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
}
