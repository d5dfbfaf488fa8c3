import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  BlobDigestMismatchError,
  type BlobKey,
  BlobLengthMismatchError,
  type OpenCalls,
  type PartialUpload,
  type PutOutcome,
} from '@waybill/blob-store';
import { abortableIterable, type AbortOptions, isErrnoException } from '@waybill/common';
import { formatFreePartialName } from './blob-layout.ts';
import type { FsBlobs } from './fs-blobs.ts';
import { publishUpload } from './publish-upload.ts';
import type { UploadFile } from './upload-file.ts';

export interface FsPartialUploadInit {
  readonly key: BlobKey;
  readonly file: UploadFile;
  readonly blobs: FsBlobs;
  readonly calls: OpenCalls;
  /** Lets the next one in. */
  readonly release: () => void;
}

export class FsPartialUpload implements PartialUpload {
  readonly key: BlobKey;
  readonly #file: UploadFile;
  readonly #blobs: FsBlobs;
  readonly #calls: OpenCalls;
  readonly #release: () => void;
  #offset: number;
  #ended = false;

  constructor({ key, file, blobs, calls, release }: FsPartialUploadInit) {
    this.key = key;
    this.#file = file;
    this.#blobs = blobs;
    this.#calls = calls;
    this.#release = release;
    this.#offset = file.sizeBytes;
  }

  get offset(): number {
    return this.#offset;
  }

  append(content: AsyncIterable<Uint8Array>, options: AbortOptions = {}): Promise<number> {
    return this.#run(async () => {
      options.signal?.throwIfAborted();
      await this.#file.rehash(options);
      try {
        await this.#file.append(abortableIterable(content, options));
      } catch (error) {
        // What had come is kept; the first error is the one that explains.
        await this.#settle().catch(() => undefined);
        throw error;
      }
      await this.#settle();
      return this.#offset;
    });
  }

  finish(options: AbortOptions = {}): Promise<PutOutcome> {
    return this.#run(async () => {
      if (this.#offset !== this.key.sizeBytes) throw new BlobLengthMismatchError(this.key, this.#offset);
      await this.#file.verify(options).catch((error: unknown) => this.#refuse(error));
      try {
        return await publishUpload(this.#blobs, this.key, this.#file, options);
      } finally {
        // Put in place it is gone; otherwise it stays for another try.
        await this.#end(() => this.#setFree());
      }
    });
  }

  async discard(): Promise<void> {
    await this.#end(() => this.#file.remove());
  }

  async close(): Promise<void> {
    await this.#end(() => (this.#file.sizeBytes === 0 ? this.#file.remove() : this.#setFree()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #run<T>(call: () => Promise<T>): Promise<T> {
    return this.#calls.run(() => {
      if (this.#ended) throw new TypeError('this upload has ended');
      return call();
    });
  }

  /** After an error of the disk, only what was durable before is kept. */
  async #settle(): Promise<void> {
    try {
      await this.#file.sync(this.#blobs.durability);
      this.#offset = this.#file.sizeBytes;
    } catch (error) {
      await this.#file.rollBack(this.#offset);
      throw error;
    }
  }

  async #refuse(error: unknown): Promise<never> {
    if (error instanceof BlobDigestMismatchError) await this.discard();
    throw error;
  }

  async #setFree(): Promise<void> {
    await this.#file.close();
    const path = join(dirname(this.#file.path), formatFreePartialName(this.key.sizeBytes));
    try {
      await rename(this.#file.path, path);
    } catch (error) {
      if (!isErrnoException(error, 'ENOENT')) throw error;
    }
  }

  async #end(work: () => Promise<void>): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    try {
      await work();
    } finally {
      this.#release();
    }
  }
}
