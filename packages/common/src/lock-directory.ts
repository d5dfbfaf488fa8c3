import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { AbortOptions } from './abort-options.ts';
import { abortableSleep } from './abortable-sleep.ts';
import { ensureDirectory } from './ensure-directory.ts';
import { jitter } from './jitter.ts';
import { parseTempMark, tempMark } from './temp-mark.ts';
import { WaybillError } from './waybill-error.ts';
import { writeFileAtomic } from './write-file-atomic.ts';

/** Another process (or another part of this one) owns the directory. */
export class DirectoryLockedError extends WaybillError {
  readonly path: string;
  /** The owner's mark (see `parseTempMark`), where it could be read. */
  readonly owner: string | undefined;

  constructor(path: string, owner: string | undefined) {
    super(`${path} is in use by ${nameOf(owner)}`, { code: 'ERR_DIRECTORY_LOCKED', retryable: true });
    this.path = path;
    this.owner = owner;
  }
}

/** The number means something where the owner runs: here, in another container, on another machine. */
function nameOf(owner: string | undefined): string {
  const mark = parseTempMark(owner ?? '');
  if (mark === undefined) return 'another process';
  const isHere = mark.place === parseTempMark(tempMark())?.place;
  return `process ${mark.pid}${isHere ? '' : ' of another container or machine'}`;
}

export interface LockDirectoryOptions extends AbortOptions {
  /** Name of the lock file in the directory; default `lock`. Beside it, `NAME.owner` says who holds it. */
  name?: string;
}

/** Ownership of a directory. It also ends with the process, however that ends. */
export interface DirectoryLock extends AsyncDisposable {
  /** A second call does nothing. */
  release(): Promise<void>;
}

/** SQLITE_BUSY, https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

/** Of two who try at the same moment both may be refused: each gets in the other's way. Then chance decides who is first. */
const MOST_ATTEMPTS = 4;
const PAUSE_MS = 25;

/**
 * Makes this process the only owner of a directory, which is created when missing. The lock is one of the operating system
 * (fcntl or LockFileEx, through SQLite, since Node itself has none): it cannot be left behind by a process that was
 * killed, and it is seen from other containers and, where the file system supports locks, from other machines.
 * @throws DirectoryLockedError, within a tenth of a second, when somebody else owns it.
 */
export async function lockDirectory(path: string, options: LockDirectoryOptions = {}): Promise<DirectoryLock> {
  const { name = 'lock', signal } = options;
  signal?.throwIfAborted();
  await ensureDirectory(path, { durability: 'none' });
  const file = join(path, name);
  const ownerFile = `${file}.owner`;
  const database = await holdLock(file, { signal });
  if (database === undefined) throw new DirectoryLockedError(path, readOwner(ownerFile));
  try {
    await writeFileAtomic(ownerFile, Buffer.from(`${tempMark()}\n`), { durability: 'none', signal });
  } catch (error) {
    database.close();
    throw error;
  }
  const release = (): Promise<void> => {
    if (database.isOpen) database.close();
    return Promise.resolve();
  };
  return { release, [Symbol.asyncDispose]: release };
}

/** `undefined` when somebody else holds it. */
async function holdLock(file: string, options: AbortOptions): Promise<DatabaseSync | undefined> {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    if (attempt > 1) await abortableSleep(jitter(PAUSE_MS, 0.9), options);
    const database = tryLock(file);
    if (database !== undefined) return database;
  }
  return undefined;
}

function tryLock(file: string): DatabaseSync | undefined {
  // Loaded when first needed: most users of this package lock nothing.
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    // Takes the lock; the file stays empty.
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

function readOwner(ownerFile: string): string | undefined {
  try {
    return readFileSync(ownerFile, 'latin1').trim();
  } catch {
    return undefined;
  }
}
