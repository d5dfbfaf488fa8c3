import { createReadStream, linkSync, mkdirSync, symlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { BlobKey } from '@waybill/blob-store';
import {
  cloneFile,
  FileSyncFailedError,
  isErrnoException,
  Semaphore,
  syncDirectory,
  writeFileAtomic,
} from '@waybill/common';
import type { AbortOptions, Durability } from '@waybill/common';
import type { BlobLocator } from './blob-locator.ts';
import type { LinkKind } from './checkout-store.ts';
import { inSlices } from './in-slices.ts';
import type { CheckoutPlan } from './plan-checkout.ts';

export interface TreeInit {
  /** The empty folder to build in. */
  readonly folder: string;
  /** Where it will be renamed to: symbolic links are relative to that. Absolute, without symbolic links on the way. */
  readonly finalFolder: string;
  readonly plan: CheckoutPlan;
  readonly links: LinkKind;
  readonly locator: BlobLocator;
  readonly durability: Durability;
}

/** Syncs and copies at a time: enough to keep Node's four threads busy. */
const AT_ONCE = 8;

interface Entry {
  readonly path: string;
  readonly blob: string;
  readonly key: BlobKey;
}

/**
 * Builds a checkout aside. With durability `full` the whole tree is on disk afterwards, under its name of now.
 *
 * A symbolic link cannot be synced itself. On the file systems of Linux (ext4, xfs, btrfs) a new link, its text and its name
 * go into one journal transaction, and the sync of the folder commits that; so one sync for each folder keeps all links.
 * Hard links are names only, copies and reflinks are files: those are synced one by one.
 */
export async function buildTree(init: TreeInit, options: AbortOptions = {}): Promise<void> {
  const { folder, plan, links, durability } = init;
  const folders = plan.folders.map(({ path }) => join(folder, path));
  await inSlices(folders.slice(1), (path) => mkdirSync(path), options);
  if (links === 'symlink') await makeSymlinks(init, options);
  else if (links === 'hardlink') await inSlices(entriesOf(init), ({ blob, path }) => linkSync(blob, path), options);
  else await eachAtOnce(entriesOf(init), (entry) => makeFile(entry, links, durability, options), options);
  if (durability === 'full') await eachAtOnce(folders, (path) => syncDirectory(path), options);
}

/** The way up from a folder is the same for all its links. */
async function makeSymlinks({ folder, finalFolder, plan, locator }: TreeInit, options: AbortOptions): Promise<void> {
  const links = function* (): Generator<readonly [target: string, path: string]> {
    for (const { path, files } of plan.folders) {
      const up = relative(join(finalFolder, path), locator.root);
      const below = join(folder, path);
      for (const { name, key } of files) yield [`${up}/${locator.pathOf(key)}`, `${below}/${name}`];
    }
  };
  await inSlices(links(), ([target, path]) => symlinkSync(target, path), options);
}

function* entriesOf({ folder, plan, locator }: TreeInit): Generator<Entry> {
  for (const { path, files } of plan.folders)
    for (const { name, key } of files)
      yield { path: join(folder, path, name), blob: join(locator.root, locator.pathOf(key)), key };
}

/** A copy is verified while it is made; a reflink is as good or bad as its blob. */
async function makeFile(
  { path, blob, key }: Entry,
  links: 'reflink' | 'copy',
  durability: Durability,
  options: AbortOptions,
): Promise<void> {
  if (links === 'copy') {
    // The folder is synced with all the others.
    const each = durability === 'full' ? 'file' : durability;
    await writeFileAtomic(path, createReadStream(blob), {
      durability: each,
      expected: key,
      ...options,
    });
    return;
  }
  cloneFile(blob, path);
  if (durability !== 'none') await syncFile(path);
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } catch (error) {
    throw isErrnoException(error) ? new FileSyncFailedError(path, error) : error;
  } finally {
    await handle.close();
  }
}

/** The first failure ends it; what was begun is waited for. */
async function eachAtOnce<T>(
  items: Iterable<T>,
  work: (item: T) => Promise<void>,
  { signal }: AbortOptions,
): Promise<void> {
  const semaphore = new Semaphore(AT_ONCE);
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for (const item of items) {
    const permit = await semaphore.acquire();
    if (failures.length > 0 || signal?.aborted === true) {
      permit.release();
      break;
    }
    const one: Promise<void> = work(item)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => {
        permit.release();
        running.delete(one);
      });
    running.add(one);
  }
  await Promise.all(running);
  signal?.throwIfAborted();
  if (failures.length > 0) throw failures[0];
}
