import { type Stats, statSync, utimesSync } from 'node:fs';
import { dirname } from 'node:path';
import { threadId } from 'node:worker_threads';
import { type BlobKey, formatBlobKey, KeyLocks } from '@waybill/blob-store';
import { type Durability, isErrnoException, tempMark } from '@waybill/common';
import { blobPath, formatUploadName, smallUploadDirectory, uploadDirectory, type UploadKind } from './blob-layout.ts';
import { BlobSettler } from './blob-settler.ts';
import { HashThreads } from './hash-threads.ts';
import { removeEmptyDirectory } from './move-into-place.ts';

export interface FsBlobsInit {
  /** A real path. */
  readonly root: string;
  readonly durability: Durability;
  readonly fileMode: number;
  /** `hasMany` leaves the time of a blob that is younger than this. */
  readonly freshMs: number;
}

/** Threads share the mark; each counts in a range of its own. */
let sequence = threadId * 2 ** 32;

/** What all calls of one store share: where things are, who is at which key, what is known to be durable. */
export class FsBlobs {
  readonly root: string;
  readonly durability: Durability;
  readonly fileMode: number;
  readonly settler: BlobSettler;
  readonly hashers = new HashThreads();
  readonly #freshMs: number;
  readonly #locks = new KeyLocks();

  constructor({ root, durability, fileMode, freshMs }: FsBlobsInit) {
    this.root = root;
    this.durability = durability;
    this.fileMode = fileMode;
    this.#freshMs = freshMs;
    this.settler = new BlobSettler(root, durability);
  }

  path(key: BlobKey): string {
    return blobPath(this.root, key);
  }

  /** A name in `uploading/` that nobody has, and that a sweep knows for ours. */
  newUploadPath(key: BlobKey, kind: UploadKind): string {
    sequence += 1;
    return `${uploadDirectory(this.root, key)}/${formatUploadName(key.sizeBytes, tempMark(), sequence, kind)}`;
  }

  /** The same for a small blob, of which nothing is left after a moment: a directory of its own would cost as much as the rest. */
  newSmallUploadPath(key: BlobKey): string {
    sequence += 1;
    return `${smallUploadDirectory(this.root)}/${formatUploadName(key.sizeBytes, tempMark(), sequence, 'tmp')}`;
  }

  async close(): Promise<void> {
    await this.hashers.close();
    const small = smallUploadDirectory(this.root);
    if (removeEmptyDirectory(small)) removeEmptyDirectory(dirname(small));
  }

  /** One at a time for each key: whoever puts a blob in place, settles or removes it. */
  locked<T>(key: BlobKey, work: () => Promise<T>): Promise<T> {
    return this.#locks.run(formatBlobKey(key), work);
  }

  /** The blob's file, if it is there as a whole. */
  find(key: BlobKey): Stats | undefined {
    const found = statSync(this.path(key), { throwIfNoEntry: false });
    const whole = found?.isFile() === true && found.size === key.sizeBytes;
    return whole && !this.settler.isDoubtful(key) ? found : undefined;
  }

  /** Whether the blob is there and durable; makes it so, once nobody is putting it in place any more. */
  async has(key: BlobKey): Promise<boolean> {
    const found = this.find(key);
    if (found === undefined) return false;
    return this.settler.isSettled(key, found) || (await this.locked(key, () => this.hasLocked(key)));
  }

  /** {@link has} for who holds the key's lock. */
  async hasLocked(key: BlobKey): Promise<boolean> {
    const found = this.find(key);
    if (found === undefined) return false;
    try {
      if (!this.settler.isSettled(key, found)) await this.settler.settleFound(key);
      return true;
    } catch (error) {
      // Another process has removed it meanwhile.
      if (isErrnoException(error, 'ENOENT')) return false;
      throw error;
    }
  }

  /** {@link touch} for a blob that was found a moment ago. Asking for a time costs nothing then, changing it does. */
  refresh(key: BlobKey, { mtimeMs }: Stats): boolean {
    return Date.now() - mtimeMs < this.#freshMs || this.touch(key);
  }

  /** @returns Whether the blob is there. */
  touch(key: BlobKey): boolean {
    const nowSeconds = Date.now() / 1000;
    try {
      utimesSync(this.path(key), nowSeconds, nowSeconds);
      return true;
    } catch (error) {
      if (isErrnoException(error, 'ENOENT')) return false;
      throw error;
    }
  }
}
