import { statSync } from 'node:fs';
import { readdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type BlobKey,
  formatBlobKey,
  type OpenCalls,
  type PartialUpload,
  PartialUploadBusyError,
  type PartialUploads,
} from '@waybill/blob-store';
import { type AbortOptions, ensureDirectory, isErrnoException, isTempOwnerAlive, syncDirectory } from '@waybill/common';
import { parseUploadName, uploadDirectory } from './blob-layout.ts';
import type { FsBlobs } from './fs-blobs.ts';
import { FsPartialUpload } from './fs-partial-upload.ts';
import { UploadFile } from './upload-file.ts';

/** A writer that cannot be looked at (another machine, an earlier boot) and has written nothing for so long is taken for gone. */
const SILENT_MS = 60_000;

/** A partial upload belongs to who has renamed it to a name with his mark: of two who try, one finds it gone. */
export class FsPartialUploads implements PartialUploads {
  readonly #blobs: FsBlobs;
  readonly #calls: OpenCalls;
  readonly #open = new Set<string>();

  constructor(blobs: FsBlobs, calls: OpenCalls) {
    this.#blobs = blobs;
    this.#calls = calls;
  }

  async open(key: BlobKey, { signal }: AbortOptions = {}): Promise<PartialUpload> {
    return await this.#calls.run(async () => {
      signal?.throwIfAborted();
      const name = formatBlobKey(key);
      if (this.#open.has(name)) throw new PartialUploadBusyError(key);
      this.#open.add(name);
      const release = (): void => void this.#open.delete(name);
      try {
        const file = await this.#claim(key);
        return new FsPartialUpload({ key, file, release, blobs: this.#blobs, calls: this.#calls });
      } catch (error) {
        release();
        throw error;
      }
    });
  }

  async #claim(key: BlobKey): Promise<UploadFile> {
    const path = this.#blobs.newUploadPath(key, 'partial');
    const found = await this.#find(key);
    if (found === undefined) return await this.#create(path, key);
    try {
      await rename(found, path);
    } catch (error) {
      throw isErrnoException(error, 'ENOENT') ? new PartialUploadBusyError(key) : error;
    }
    const file = await UploadFile.reopen(path, key, this.#blobs.hashers);
    // Its last writer may have been killed before a sync.
    if (file.sizeBytes > 0) await file.sync(this.#blobs.durability);
    return file;
  }

  async #create(path: string, key: BlobKey): Promise<UploadFile> {
    const file = await UploadFile.create(path, key, this.#blobs);
    if (this.#blobs.durability === 'full') {
      await ensureDirectory(dirname(path));
      await syncDirectory(dirname(path));
    }
    return file;
  }

  /** @throws PartialUploadBusyError when somebody has it. */
  async #find(key: BlobKey): Promise<string | undefined> {
    const directory = uploadDirectory(this.#blobs.root, key);
    for (const name of await namesIn(directory)) {
      const upload = parseUploadName(name);
      if (upload?.kind !== 'partial' || upload.sizeBytes !== key.sizeBytes) continue;
      if (isTaken(join(directory, name), upload.mark)) throw new PartialUploadBusyError(key);
      return join(directory, name);
    }
    return undefined;
  }
}

function isTaken(path: string, mark: string | undefined): boolean {
  if (mark === undefined) return false;
  const owner = isTempOwnerAlive(mark);
  if (owner !== 'unknown') return owner === 'alive';
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs < SILENT_MS;
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (isErrnoException(error, 'ENOENT')) return [];
    throw error;
  }
}
