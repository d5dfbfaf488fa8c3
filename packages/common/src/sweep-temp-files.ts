import type { Dirent } from 'node:fs';
import { lstat, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { AbortOptions } from './abort-options.ts';
import { isErrnoException } from './is-errno-exception.ts';
import { parseTempMark } from './temp-mark.ts';
import { isTempOwnerAlive } from './temp-owner.ts';
import { matchTempName } from './temp-name.ts';

export interface SweepOptions extends AbortOptions {
  /** Go into the directories below as well, or into those that the function admits; symbolic links are never followed. Default false. */
  recursive?: boolean | ((directory: string) => boolean);
  /** Finds the mark in the name of a temp file of the caller's own format; default `….waybill.MARK.N.temp`. */
  match?: (name: string) => string | undefined;
  /** How long a file whose owner is unknown must not have been written to; default 3,600,000 (an hour). */
  maxAgeMs?: number;
}

/**
 * Removes what writers that are gone have left behind: files whose mark names a process that has ended, or, where that
 * cannot be known, that are old. Files without a mark of ours are never touched, nor those of running processes.
 * @returns The paths of the removed files; none when there is no such directory.
 */
export async function sweepTempFiles(directory: string, options: SweepOptions = {}): Promise<string[]> {
  const { recursive = false, signal } = options;
  const isEntered = typeof recursive === 'function' ? recursive : () => recursive;
  const removed: string[] = [];
  const pending = [directory];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const entry of await listDirectory(next)) {
      signal?.throwIfAborted();
      const path = join(next, entry.name);
      if (entry.isDirectory()) {
        if (isEntered(path)) pending.push(path);
      } else if (await isAbandoned(path, entry, options)) {
        if (await removeIfThere(path)) removed.push(path);
      }
    }
  }
  return removed;
}

async function listDirectory(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (isErrnoException(error, 'ENOENT')) return [];
    throw error;
  }
}

async function isAbandoned(path: string, entry: Dirent, options: SweepOptions): Promise<boolean> {
  const { match = matchTempName, maxAgeMs = 3_600_000 } = options;
  const mark = match(entry.name);
  if (mark === undefined || parseTempMark(mark) === undefined || !entry.isFile()) return false;
  const owner = isTempOwnerAlive(mark);
  return owner === 'gone' || (owner === 'unknown' && (await isOlder(path, maxAgeMs)));
}

async function isOlder(path: string, ageMs: number): Promise<boolean> {
  try {
    return Date.now() - (await lstat(path)).mtimeMs > ageMs;
  } catch (error) {
    if (isErrnoException(error, 'ENOENT')) return false;
    throw error;
  }
}

/** Another sweep may have been quicker. */
async function removeIfThere(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if (isErrnoException(error, 'ENOENT')) return false;
    throw error;
  }
}
