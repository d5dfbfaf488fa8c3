import { type BigIntStats, lstatSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isErrnoException } from '@waybill/common';
import { CheckoutInsideAnotherError } from './checkout-errors.ts';
import { entryAt } from './entry-at.ts';

/** Somebody who erases a checkout may remove the folder that we have just made; this often we begin anew. */
const MOST_ATTEMPTS = 8;

/** Says whether the folder at this path (below the root) is a checkout of ours. */
export type IsCheckout = (path: string) => boolean;

/**
 * Renames a finished tree to `path` below `root`, in one synchronous piece, so that nothing of this process comes between
 * the look and the rename.
 *
 * No other process can lose anything either: rename(2) puts a folder in place of nothing or of an EMPTY folder, and fails
 * with ENOTEMPTY or ENOTDIR for everything else. An empty folder that is there before is seen by the look and left alone;
 * only one that another program makes within the microseconds between the two calls is replaced, with nothing in it to
 * be lost. (To claim the name with mkdir would exclude that too, and show an empty checkout, for ever after a crash.)
 * A tree without entries is made with mkdir, which is exclusive.
 *
 * @returns The folder as it is in place; undefined when there is something at `path`: the tree is then where it was.
 * @throws CheckoutInsideAnotherError; system errors.
 */
export function publishTree(tree: string, root: string, path: string, isCheckout: IsCheckout): BigIntStats | undefined {
  const final = join(root, path);
  for (let attempt = 1; ; attempt += 1) {
    makeParents(root, path, isCheckout);
    if (entryAt(final) !== undefined) return undefined;
    try {
      if (readdirSync(tree).length === 0) mkdirSync(final);
      else renameSync(tree, final);
      return lstatSync(final, { bigint: true });
    } catch (error) {
      if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].some((code) => isErrnoException(error, code))) return undefined;
      if (!isErrnoException(error, 'ENOENT') || attempt >= MOST_ATTEMPTS) throw error;
    }
  }
}

function makeParents(root: string, path: string, isCheckout: IsCheckout): void {
  refuseParents(root, path, isCheckout);
  for (const parent of parentsOf(path)) makeIfMissing(join(root, parent));
}

/**
 * Every folder above a checkout is a plain one: no link leads out of the root, and no checkout lies in another.
 * @throws CheckoutInsideAnotherError.
 */
export function refuseParents(root: string, path: string, isCheckout: IsCheckout): void {
  for (const parent of parentsOf(path)) {
    const entry = entryAt(join(root, parent));
    if (entry === undefined) return;
    if (!entry.isDirectory() || isCheckout(parent)) throw new CheckoutInsideAnotherError(path, parent);
  }
}

function makeIfMissing(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!isErrnoException(error, 'EEXIST')) throw error;
  }
}

/** `a`, `a/b` for `a/b/c`. */
export function parentsOf(path: string): string[] {
  const parents: string[] = [];
  for (let parent = dirname(path); parent !== '.'; parent = dirname(parent)) parents.unshift(parent);
  return parents;
}
