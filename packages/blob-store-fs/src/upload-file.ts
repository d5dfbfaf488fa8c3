import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { assertDigest, assertFits, type BlobKey, BlobLengthMismatchError } from '@waybill/blob-store';
import {
  type AbortOptions,
  asWriteError,
  type Durability,
  FileCloseFailedError,
  FileSyncFailedError,
  HashingWriter,
  isErrnoException,
} from '@waybill/common';
import { BufferedFile } from './buffered-file.ts';
import { removeEmptyDirectory } from './move-into-place.ts';

/** Read-ahead of the system makes larger reads no quicker. */
const READ_BYTES = 256 * 1024;

/** A sweep may remove an empty directory between our making it and our using it; this often we make it anew. */
const MOST_ATTEMPTS = 8;

/**
 * A file in `uploading/` that grows to a blob. Calls MUST not overlap. After an error of the disk only `rollBack`, `remove`
 * and `close` may be called.
 */
export class UploadFile {
  readonly path: string;
  readonly #key: BlobKey;
  readonly #handle: FileHandle;
  /** How many bytes are in it, counting those that are still on their way to the file. */
  #sizeBytes: number;
  /** `undefined` while bytes are in the file that have not been hashed. */
  #hashing: HashingWriter | undefined;
  #buffered: BufferedFile;
  #closed = false;

  private constructor(path: string, key: BlobKey, handle: FileHandle, sizeBytes: number) {
    this.path = path;
    this.#key = key;
    this.#handle = handle;
    this.#sizeBytes = sizeBytes;
    this.#hashing = sizeBytes === 0 ? new HashingWriter() : undefined;
    this.#buffered = new BufferedFile(handle, path, sizeBytes, key.sizeBytes - sizeBytes);
  }

  /** A new, empty file; its directory is made if need be, and not synced. */
  static async create(path: string, key: BlobKey, mode: number): Promise<UploadFile> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await mkdir(dirname(path), { recursive: true });
        return new UploadFile(path, key, await open(path, 'wx+', mode), 0);
      } catch (error) {
        if (!isErrnoException(error, 'ENOENT') || attempt >= MOST_ATTEMPTS) throw asWriteError(error, path);
      }
    }
  }

  /** Goes on with a file that is there; one that is longer than its blob is emptied. */
  static async reopen(path: string, key: BlobKey): Promise<UploadFile> {
    const handle = await open(path, 'r+');
    try {
      const { size } = await handle.stat();
      if (size > key.sizeBytes) await handle.truncate(0);
      return new UploadFile(path, key, handle, size > key.sizeBytes ? 0 : size);
    } catch (error) {
      await handle.close();
      throw asWriteError(error, path);
    }
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Adds what comes. @throws BlobLengthMismatchError at a chunk that is too much, of which nothing is written; errors of the disk. */
  async append(content: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const bytes of content) {
      assertFits(this.#key, this.#sizeBytes + bytes.length);
      const written = this.#buffered.write(bytes);
      // The disk works while this hashes.
      this.#hashing?.write(bytes);
      this.#sizeBytes += bytes.length;
      if (written !== undefined) await this.#attempt(() => written);
    }
  }

  /** Makes what is in the file durable, without its name. */
  async sync(durability: Durability): Promise<void> {
    await this.#attempt(async () => {
      await this.#buffered.flush();
      if (durability === 'none') return;
      try {
        await this.#handle.sync();
      } catch (error) {
        throw new FileSyncFailedError(this.path, error);
      }
    });
  }

  /** Notes that the blob is referenced now: what came over days was written long ago. */
  async markReferenced(): Promise<void> {
    await this.#attempt(async () => {
      await this.#buffered.flush();
      const nowSeconds = Date.now() / 1000;
      await this.#handle.utimes(nowSeconds, nowSeconds);
    });
  }

  /** @throws BlobLengthMismatchError, BlobDigestMismatchError. */
  async verify(options: AbortOptions = {}): Promise<void> {
    if (this.#sizeBytes !== this.#key.sizeBytes) throw new BlobLengthMismatchError(this.#key, this.#sizeBytes);
    await this.rehash(options);
    assertDigest(this.#key, this.#hash().finish().digest);
    // A second time there would be nothing to finish.
    this.#hashing = undefined;
  }

  /** Hashes what is in the file, if that has not been done while it came. */
  async rehash({ signal }: AbortOptions = {}): Promise<void> {
    if (this.#hashing !== undefined) return;
    await this.#attempt(() => this.#buffered.flush());
    const hashing = new HashingWriter();
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    while (hashing.sizeBytes < this.#sizeBytes) {
      signal?.throwIfAborted();
      const length = Math.min(READ_BYTES, this.#sizeBytes - hashing.sizeBytes);
      const { bytesRead } = await this.#handle.read(buffer, 0, length, hashing.sizeBytes);
      if (bytesRead === 0) throw new BlobLengthMismatchError(this.#key, hashing.sizeBytes);
      hashing.write(buffer.subarray(0, bytesRead));
    }
    this.#hashing = hashing;
  }

  /** Takes back what was written beyond a length, after an error of the disk. */
  async rollBack(sizeBytes: number): Promise<void> {
    await this.#buffered.flush().catch(() => undefined);
    await this.#handle.truncate(sizeBytes);
    this.#sizeBytes = sizeBytes;
    this.#hashing = sizeBytes === 0 ? new HashingWriter() : undefined;
    this.#buffered = new BufferedFile(this.#handle, this.path, sizeBytes, this.#key.sizeBytes - sizeBytes);
  }

  /** A failed close is how network file systems report lost writes. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // What is still on its way uses the descriptor.
    await this.#buffered.flush().catch(() => undefined);
    try {
      await this.#handle.close();
    } catch (error) {
      throw asWriteError(new FileCloseFailedError(this.path, error), this.path);
    }
  }

  /** Closes and removes the file, and its directory when that is empty. */
  async remove(): Promise<void> {
    try {
      await this.close();
    } finally {
      await unlink(this.path);
      removeEmptyDirectory(dirname(this.path));
    }
  }

  #hash(): HashingWriter {
    if (this.#hashing === undefined) throw new TypeError('the file has to be hashed first');
    return this.#hashing;
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw asWriteError(error, this.path);
    }
  }
}
