import { type Dirent, readlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { isErrnoException } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';

export interface TreeVisitor {
  /** The text of a symbolic link. */
  link?: (path: string, target: string) => void;
  /** Anything else that is no folder. */
  file?: (path: string) => void;
  /** Before its entries. Return false to leave them out. */
  folder?: (path: string) => boolean;
  /** Told of what goes away between being listed and being read; without it that is an error, ENOENT. */
  gone?: (path: string) => void;
}

/** So long other work has to wait for its turn. */
const SLICE_MS = 1;

/**
 * Visits everything below a folder, one folder after the other; links are not followed. Nothing is sorted.
 * @throws A system error when something cannot be read; ENOENT when the folder itself is not there.
 */
export async function walkTree(folder: string, visitor: TreeVisitor, { signal }: AbortOptions = {}): Promise<void> {
  const pending = [folder];
  let untilMs = performance.now() + SLICE_MS;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    signal?.throwIfAborted();
    for (const entry of await readFolder(next, next === folder ? undefined : visitor.gone)) {
      const path = `${next}/${entry.name}`;
      if (entry.isDirectory()) {
        if (visitor.folder?.(path) !== false) pending.push(path);
      } else if (entry.isSymbolicLink()) visitLink(path, visitor);
      else visitor.file?.(path);
      if (performance.now() < untilMs) continue;
      await setImmediate();
      signal?.throwIfAborted();
      untilMs = performance.now() + SLICE_MS;
    }
  }
}

async function readFolder(path: string, gone: TreeVisitor['gone']): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (gone === undefined || !isErrnoException(error, 'ENOENT')) throw error;
    gone(path);
    return [];
  }
}

function visitLink(path: string, { link, gone }: TreeVisitor): void {
  if (link === undefined) return;
  let target: string;
  try {
    target = readlinkSync(path);
  } catch (error) {
    if (gone === undefined || !isErrnoException(error, 'ENOENT')) throw error;
    gone(path);
    return;
  }
  link(path, target);
}
