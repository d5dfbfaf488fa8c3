import { lstat, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isErrnoException } from './is-errno-exception.ts';
import { parseTempMark } from './temp-mark.ts';
import { isTempOwnerAlive, type TempOwner } from './temp-owner.ts';

/** A partial file as it lies in the folder. */
export interface FoundPartialFile {
  readonly path: string;
  /** Who works on it; undefined when it was put down in order. */
  readonly mark: string | undefined;
  readonly owner: TempOwner;
  readonly sizeBytes: number;
  /** A regular file without a second name. One with a second name may be a finished file, and must not be written to. */
  readonly isUsable: boolean;
}

const SUFFIX = '.partial';

/** `NAME.partial`; while somebody works on it, `NAME.MARK.partial`. */
export function partialPath(path: string, mark?: string): string {
  return mark === undefined ? `${path}${SUFFIX}` : `${path}.${mark}${SUFFIX}`;
}

/** What there is of `path` so far, the largest first; none when there is no such folder. */
export async function findPartialFiles(path: string): Promise<FoundPartialFile[]> {
  const found: FoundPartialFile[] = [];
  for (const name of await namesIn(dirname(path))) {
    const mark = markOf(name, basename(path));
    if (mark === null) continue;
    const file = await look(join(dirname(path), name), mark);
    if (file !== undefined) found.push(file);
  }
  return found.sort((one, other) => other.sizeBytes - one.sizeBytes);
}

/** `null` for what is no partial file of `base`. */
function markOf(name: string, base: string): string | undefined | null {
  if (name === base + SUFFIX) return undefined;
  if (!name.startsWith(`${base}.`) || !name.endsWith(SUFFIX)) return null;
  const mark = name.slice(base.length + 1, -SUFFIX.length);
  return parseTempMark(mark) === undefined ? null : mark;
}

async function look(path: string, mark: string | undefined): Promise<FoundPartialFile | undefined> {
  try {
    const stat = await lstat(path);
    const owner = mark === undefined ? 'gone' : isTempOwnerAlive(mark);
    return { path, mark, owner, sizeBytes: stat.size, isUsable: stat.isFile() && stat.nlink === 1 };
  } catch (error) {
    if (isErrnoException(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isErrnoException(error, 'ENOENT')) return [];
    throw error;
  }
}
