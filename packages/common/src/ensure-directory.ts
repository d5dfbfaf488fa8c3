import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { AbortOptions } from './abort-options.ts';
import { type DirectorySyncer, sharedDirectorySyncer } from './directory-syncer.ts';
import type { Durability } from './durability.ts';
import { isErrnoException } from './is-errno-exception.ts';
import { settleDirectory } from './settle-directory.ts';

export interface EnsureDirectoryOptions extends AbortOptions {
  /** Default `full`: each directory of the path is on disk in the end. `file` and `none` sync nothing. */
  durability?: Durability | undefined;
  /** Default: one that the whole process shares. */
  directorySyncer?: DirectorySyncer | undefined;
}

/** Somebody may remove a parent again while we create below it; this often we begin anew. */
const MOST_ATTEMPTS = 8;

/**
 * Creates a directory with its parents, like `mkdir -p`. With durability `full` it resolves when the whole path is on disk:
 * also what other programs, or other calls of this process, have created of it and not synced.
 * @throws A system error (EACCES, ENOTDIR, EEXIST where a file is in the way…); FileSyncFailedError.
 */
export async function ensureDirectory(path: string, options: EnsureDirectoryOptions = {}): Promise<void> {
  const { durability = 'full', directorySyncer = sharedDirectorySyncer, signal } = options;
  signal?.throwIfAborted();
  const target = resolve(path);
  const created = createMissing(target);
  if (durability === 'full') await settleDirectory(target, directorySyncer, created);
}

/** The directories that had to be created, from the top down. */
function createMissing(path: string, attempt = 1): string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [];
  const created = dirname(path) === path ? [] : createMissing(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if (isErrnoException(error, 'EEXIST') && statSync(path, { throwIfNoEntry: false })?.isDirectory()) return created;
    if (!isErrnoException(error, 'ENOENT') || attempt >= MOST_ATTEMPTS) throw error;
    return [...created, ...createMissing(path, attempt + 1)];
  }
  return [...created, path];
}
