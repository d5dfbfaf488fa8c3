import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import {
  type BlobContent,
  type BlobInfo,
  type BlobKey,
  type BlobStore,
  type DeleteOptions,
  type GetOptions,
  type HasManyOptions,
  OpenCalls,
  type PartialUploads,
  type PutManyItem,
  type PutManyOutcome,
  type PutOutcome,
  type SweepOptions,
  type SweepResult,
  visitEach,
} from '@waybill/blob-store';
import { type AbortOptions, type Durability, ensureDirectory } from '@waybill/common';
import { deleteBlob } from './delete-blob.ts';
import { FsBlobs } from './fs-blobs.ts';
import { FsPartialUploads } from './fs-partial-uploads.ts';
import { hasMany } from './has-many.ts';
import { listBlobs } from './list-blobs.ts';
import { putBlob } from './put-blob.ts';
import { putMany } from './put-many.ts';
import { quarantineBlob } from './quarantine-blob.ts';
import { readBlob } from './read-blob.ts';
import { sweepUploads } from './sweep-uploads.ts';

export interface FsBlobStoreInit {
  /** The folder that holds `stored/` and `uploading/`; made if it is not there. */
  root: string;
  /** What an acknowledged blob survives; default `full`: a power cut. */
  durability?: Durability;
  /** Permissions of blobs, before the umask; default 0o666, as with the originals. */
  fileMode?: number;
  /**
   * Marks of one blob by `hasMany` are this far apart, in milliseconds; default 60,000. A reference may be that much older than it is.
   * A mark costs as much as the look, and whoever asks for requirements makes the checkout soon after.
   */
  freshMs?: number;
}

/** A blob store whose blobs are plain files, which others may link to. */
export interface FsBlobStore extends BlobStore {
  readonly partials: PartialUploads;
  /** The real path of the folder: symbolic links on the way to it are resolved once, when the store is opened. */
  readonly root: string;
  /** The real path at which a blob is, or would be: `ROOT/stored/3f/09ab…/16384.blob`. */
  blobPath(key: BlobKey): string;
}

/**
 * Opens a folder as a blob store. Nothing of what is in it is read: this takes as long with a million blobs as with none.
 * @throws A system error (EACCES, ENOTDIR…); FileSyncFailedError.
 */
export async function createFsBlobStore(init: FsBlobStoreInit): Promise<FsBlobStore> {
  const { durability = 'full', fileMode = 0o666, freshMs = 60_000 } = init;
  await ensureDirectory(init.root, { durability });
  const root = realpathSync(init.root);
  await Promise.all(['stored', 'uploading'].map((name) => ensureDirectory(join(root, name), { durability })));
  return new FsBlobFolder(new FsBlobs({ root, durability, fileMode, freshMs }));
}

class FsBlobFolder implements FsBlobStore {
  readonly copiesChunks = true;
  readonly partials: PartialUploads;
  readonly #blobs: FsBlobs;
  readonly #calls = new OpenCalls();

  constructor(blobs: FsBlobs) {
    this.#blobs = blobs;
    this.partials = new FsPartialUploads(blobs, this.#calls);
  }

  get root(): string {
    return this.#blobs.root;
  }

  blobPath(key: BlobKey): string {
    return this.#blobs.path(key);
  }

  has(key: BlobKey, { signal }: AbortOptions = {}): Promise<boolean> {
    return this.#calls.run(() => {
      signal?.throwIfAborted();
      return this.#blobs.has(key);
    });
  }

  hasMany(keys: readonly BlobKey[], options: HasManyOptions = {}): Promise<boolean[]> {
    return this.#calls.run(() => hasMany(this.#blobs, keys, options));
  }

  get(key: BlobKey, options: GetOptions = {}): Promise<BlobContent> {
    return this.#calls.run(() => readBlob(this.#blobs, key, options));
  }

  put(key: BlobKey, content: Uint8Array | AsyncIterable<Uint8Array>, options: AbortOptions = {}): Promise<PutOutcome> {
    return this.#calls.run(() => putBlob(this.#blobs, key, content, options));
  }

  putMany(
    items: Iterable<PutManyItem> | AsyncIterable<PutManyItem>,
    options: AbortOptions = {},
  ): Promise<PutManyOutcome[]> {
    return this.#calls.run(() => putMany(this.#blobs, items, options));
  }

  touch(keys: readonly BlobKey[], options: AbortOptions = {}): Promise<boolean[]> {
    return this.#calls.run(async () => {
      const found: boolean[] = [];
      await visitEach(keys, (key) => found.push(this.#blobs.touch(key)), options);
      return found;
    });
  }

  delete(key: BlobKey, options: DeleteOptions = {}): Promise<boolean> {
    return this.#calls.run(() => deleteBlob(this.#blobs, key, options));
  }

  quarantine(key: BlobKey, options: AbortOptions = {}): Promise<string | undefined> {
    return this.#calls.run(() => quarantineBlob(this.#blobs, key, options));
  }

  async *list(options: AbortOptions = {}): AsyncGenerator<BlobInfo, void, undefined> {
    await this.#calls.run(() => options.signal?.throwIfAborted());
    yield* listBlobs(this.root, options);
  }

  sweep(options: SweepOptions = {}): Promise<SweepResult> {
    return this.#calls.run(() => sweepUploads(this.root, options));
  }

  async close(): Promise<void> {
    await this.#calls.close();
    await this.#blobs.close();
  }
}
