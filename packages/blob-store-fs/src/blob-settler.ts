import { type Stats, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type BlobKey, formatBlobKey } from '@waybill/blob-store';
import { DirectorySyncer, type Durability, ensureDirectory, FileSyncFailedError, syncDirectory } from '@waybill/common';
import { blobPath } from './blob-layout.ts';
import { RecentNumbers } from './recent-numbers.ts';
import { syncFileSystem } from './sync-file-system.ts';

/**
 * A file that nobody has renamed for so long is on disk without our doing: Linux writes dirty pages after 30 s
 * (vm.dirty_expire_centisecs), journals are committed every 5 s, and this is far more.
 */
const OLD_MS = 600_000;

/** The clock of a file system may be behind ours by one tick of the kernel, at most 10 ms. */
const CLOCK_TICK_MS = 20;

/** Some 10 MB when full. Who is forgotten is found old by its directory, or costs syncs once more. */
const REMEMBERED = 131_072;

/**
 * Knows which blobs are durable, and makes them so. A blob that is found in place may have been renamed a moment ago by a
 * process that was killed before it could sync, or by a server that never syncs: nobody is told that it is there before
 * its file and its directory entries have been synced, once in the life of this process.
 */
export class BlobSettler {
  readonly #root: string;
  readonly #durability: Durability;
  readonly #syncer = new DirectorySyncer();
  readonly #durable = new RecentNumbers(REMEMBERED);
  /** Found in place and could not be synced: what is on disk of them is unknown, and a second sync would mean nothing. */
  readonly #doubtful = new Set<string>();
  /** What was changed before this time, in milliseconds since 1970, is on disk. */
  #allSettledBeforeMs = -Infinity;
  #settlingAll: Promise<void> | undefined;

  constructor(root: string, durability: Durability) {
    this.#root = root;
    this.#durability = durability;
  }

  /** Whether the blob need not be synced any more. */
  isSettled(key: BlobKey, found: Stats): boolean {
    if (this.#durability !== 'full' || this.#durable.has(shortNumber(key))) return true;
    if (!this.#isOld(found)) {
      // A touch makes the file young. Its directory stays as old as its entries.
      const directory = statSync(dirname(blobPath(this.#root, key)), { throwIfNoEntry: false });
      if (directory === undefined || !this.#isOld(directory)) return false;
    }
    this.#durable.add(shortNumber(key));
    return true;
  }

  isDoubtful(key: BlobKey): boolean {
    return this.#doubtful.size > 0 && this.#doubtful.has(formatBlobKey(key));
  }

  /** For a blob that was found in place. @throws FileSyncFailedError: from then on it is doubtful. */
  async settleFound(key: BlobKey): Promise<void> {
    try {
      await syncFile(blobPath(this.#root, key));
      await this.settleEntries(key);
    } catch (error) {
      if (error instanceof FileSyncFailedError) this.#doubtful.add(formatBlobKey(key));
      throw error;
    }
  }

  /**
   * For a blob that was synced and has just been renamed into place: syncs every directory entry on the way to it.
   * All of this comes after the rename: a directory that was synced before might have been removed and made anew meanwhile.
   * @throws FileSyncFailedError.
   */
  async settleEntries(key: BlobKey): Promise<void> {
    if (this.#durability === 'full') {
      const directory = dirname(blobPath(this.#root, key));
      const parent = dirname(directory);
      await Promise.all([
        syncDirectory(directory),
        this.#syncer.request(parent),
        ensureDirectory(parent, { directorySyncer: this.#syncer }),
      ]);
      this.#durable.add(shortNumber(key));
    }
    this.#doubtful.delete(formatBlobKey(key));
  }

  forget(key: BlobKey): void {
    this.#durable.delete(shortNumber(key));
    this.#doubtful.delete(formatBlobKey(key));
  }

  /**
   * Settles everything that is in place by one sync of the whole file system, where the system has a command for that.
   * Without it, nothing is changed: each blob is then settled by itself.
   */
  settleAll(): Promise<void> {
    this.#settlingAll ??= this.#syncAll().finally(() => (this.#settlingAll = undefined));
    return this.#settlingAll;
  }

  async #syncAll(): Promise<void> {
    const beganAtMs = Date.now() - CLOCK_TICK_MS;
    if (await syncFileSystem(this.#root)) this.#allSettledBeforeMs = beganAtMs;
  }

  #isOld({ ctimeMs }: Stats): boolean {
    return ctimeMs < Math.max(this.#allSettledBeforeMs, Date.now() - OLD_MS);
  }
}

/** The first 48 bits of the digest: two blobs that share them cost, at the worst, one of them a sync. */
function shortNumber({ digest: { bytes } }: BlobKey): number {
  return bitsAt(bytes, 0) * 2 ** 24 + bitsAt(bytes, 3);
}

/** 24 bits: a view of the bytes that can read them would be an object more for each of 100,000 keys. */
function bitsAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
}

async function syncFile(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  try {
    await handle.sync();
  } catch (error) {
    throw new FileSyncFailedError(path, error);
  }
}
