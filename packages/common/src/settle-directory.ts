import { realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type DirectorySyncer, sharedDirectorySyncer } from './directory-syncer.ts';
import { isErrnoException } from './is-errno-exception.ts';

/** So many directories are remembered; then it begins anew, which costs some syncs and loses nothing. */
const MOST_REMEMBERED = 100_000;

/** By path, the directory whose entry in the parent, and those of all parents, are known to be on disk. */
const settled = new Map<string, string>();

/** The same, still under way. Who needs a directory that somebody else is settling waits for the same syncs. */
const settling = new Map<string, { identity: string; done: Promise<void> }>();

interface Settlement {
  readonly syncer: DirectorySyncer;
  /** Real paths of what the caller has created: there no failure is forgiven. */
  readonly created: ReadonlySet<string>;
}

/**
 * Makes sure that a directory itself survives a power cut: a file that is synced into a directory which is then missing is
 * lost all the same. The directory may have been created a moment ago by another program, or by a process of ours that was
 * killed before it could sync: so each one is synced in its parent, up to the mount point, once in the life of this process.
 */
export async function settleDirectory(
  path: string,
  syncer: DirectorySyncer = sharedDirectorySyncer,
  created: readonly string[] = [],
): Promise<void> {
  const known = resolve(path);
  const identity = identify(known);
  if (settled.get(known) === identity) return;
  // Symbolic links on the way have parents of their own; it is those of the real directory that count.
  await settle(realpathSync(known), { syncer, created: new Set(created.map((one) => realpathSync(one))) });
  remember(known, identity);
}

/** Whether {@link settleDirectory} has nothing left to do for a directory, at the cost of one look at it. */
export function isSettled(path: string): boolean {
  const known = settled.get(path);
  if (known === undefined) return false;
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && identityOf(stat) === known;
}

/** Tells a directory from one that was there before under the same name, also where the inode is used again. */
function identify(path: string): string {
  return identityOf(statSync(path));
}

function identityOf({ dev, ino, birthtimeMs }: Stats): string {
  return `${dev} ${ino} ${birthtimeMs}`;
}

function settle(path: string, settlement: Settlement): Promise<void> {
  const identity = identify(path);
  if (settled.get(path) === identity) return Promise.resolve();
  const running = settling.get(path);
  if (running?.identity === identity) return running.done;
  const done = syncLineage(path, settlement)
    .then(() => {
      remember(path, identity);
    })
    .finally(() => {
      if (settling.get(path)?.done === done) settling.delete(path);
    });
  settling.set(path, { identity, done });
  return done;
}

async function syncLineage(path: string, settlement: Settlement): Promise<void> {
  const parent = dirname(path);
  if (parent === path || isMountPoint(path, parent)) return;
  await Promise.all([syncEntry(path, parent, settlement), settle(parent, settlement)]);
}

/** The entry of a mount point is none that a file system keeps. */
function isMountPoint(path: string, parent: string): boolean {
  return statSync(path).dev !== statSync(parent).dev;
}

async function syncEntry(path: string, parent: string, { syncer, created }: Settlement): Promise<void> {
  try {
    await syncer.request(parent);
  } catch (error) {
    // A parent that we may not even read is one in which somebody else, long ago, has made our folder.
    const mayNot = isErrnoException(error, 'EACCES') || isErrnoException(error, 'EPERM');
    if (!mayNot || created.has(path)) throw error;
  }
}

function remember(path: string, identity: string): void {
  if (settled.size >= MOST_REMEMBERED) settled.clear();
  settled.set(path, identity);
}
