import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { assertDigest, assertFits, type BlobKey, BlobLengthMismatchError } from '@waybill/blob-store';
import {
  type AbortOptions,
  asWriteError,
  type Durability,
  FileCloseFailedError,
  FileSyncFailedError,
  isErrnoException,
} from '@waybill/common';
import { BufferedFile } from './buffered-file.ts';
import type { HashThreads } from './hash-threads.ts';
import { removeEmptyDirectory } from './move-into-place.ts';
import type { StreamHasher } from './stream-hasher.ts';

/** Read-ahead of the system makes larger reads no quicker. */
const READ_BYTES = 256 * 1024;

/** A sweep may remove an empty directory between our making it and our using it; this often we make it anew. */
const MOST_ATTEMPTS = 8;

/** Who hashes. */
type Hashers = Pick<HashThreads, 'hasher'>;

export interface CreateOptions {
  readonly hashers: Hashers;
  /** Permissions, before the umask. */
  readonly fileMode: number;
}

interface UploadFileInit {
  readonly path: string;
  readonly key: BlobKey;
  readonly handle: FileHandle;
  readonly sizeBytes: number;
  readonly hashers: Hashers;
}

/** What bytes go through on their way into the file; everything that is in the file went through its hasher. */
interface Intake {
  readonly file: BufferedFile;
  readonly hasher: StreamHasher;
}

/**
 * A file in `uploading/` that grows to a blob. Calls MUST not overlap. After an error of the disk only `rollBack`, `remove`
 * and `close` may be called.
 */
export class UploadFile {
  readonly path: string;
  readonly #key: BlobKey;
  readonly #handle: FileHandle;
  readonly #hashers: Hashers;
  /** How many bytes are in it, counting those that are still on their way to the file. */
  #sizeBytes: number;
  /** `undefined` until there is need of it, and while bytes are in the file that have not been hashed. */
  #intake: Intake | undefined;
  #closed = false;

  private constructor({ path, key, handle, sizeBytes, hashers }: UploadFileInit) {
    this.path = path;
    this.#key = key;
    this.#handle = handle;
    this.#sizeBytes = sizeBytes;
    this.#hashers = hashers;
  }

  /** A new, empty file; its directory is made if need be, and not synced. */
  static async create(path: string, key: BlobKey, { hashers, fileMode }: CreateOptions): Promise<UploadFile> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await mkdir(dirname(path), { recursive: true });
        return new UploadFile({ path, key, hashers, handle: await open(path, 'wx+', fileMode), sizeBytes: 0 });
      } catch (error) {
        if (!isErrnoException(error, 'ENOENT') || attempt >= MOST_ATTEMPTS) throw asWriteError(error, path);
      }
    }
  }

  /** Goes on with a file that is there; one that is longer than its blob is emptied. */
  static async reopen(path: string, key: BlobKey, hashers: Hashers): Promise<UploadFile> {
    const handle = await open(path, 'r+');
    try {
      const { size } = await handle.stat();
      if (size > key.sizeBytes) await handle.truncate(0);
      return new UploadFile({ path, key, hashers, handle, sizeBytes: size > key.sizeBytes ? 0 : size });
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
    const { file } = await this.#take();
    for await (const bytes of content) {
      assertFits(this.#key, this.#sizeBytes + bytes.length);
      const written = file.write(bytes);
      this.#sizeBytes += bytes.length;
      if (written !== undefined) await this.#attempt(() => written);
    }
  }

  /** Makes what is in the file durable, without its name. */
  async sync(durability: Durability): Promise<void> {
    await this.#attempt(async () => {
      await this.#intake?.file.flush();
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
      await this.#intake?.file.flush();
      const nowSeconds = Date.now() / 1000;
      await this.#handle.utimes(nowSeconds, nowSeconds);
    });
  }

  /** @throws BlobLengthMismatchError, BlobDigestMismatchError. */
  async verify(options: AbortOptions = {}): Promise<void> {
    if (this.#sizeBytes !== this.#key.sizeBytes) throw new BlobLengthMismatchError(this.#key, this.#sizeBytes);
    const { file, hasher } = await this.#take(options);
    await this.#attempt(() => file.flush());
    const digest = await hasher.finish();
    // A second time there would be nothing to finish.
    this.#letGo();
    assertDigest(this.#key, digest);
  }

  /** Hashes what is in the file, if that has not been done while it came. */
  async rehash(options: AbortOptions = {}): Promise<void> {
    await this.#take(options);
  }

  /** Takes back what was written beyond a length, after an error of the disk. */
  async rollBack(sizeBytes: number): Promise<void> {
    await this.#intake?.file.flush().catch(() => undefined);
    this.#letGo();
    await this.#handle.truncate(sizeBytes);
    this.#sizeBytes = sizeBytes;
  }

  /** A failed close is how network file systems report lost writes. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // What is still on its way uses the descriptor.
    await this.#intake?.file.flush().catch(() => undefined);
    this.#letGo();
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

  async #take({ signal }: AbortOptions = {}): Promise<Intake> {
    if (this.#intake !== undefined) return this.#intake;
    const hasher = this.#hashers.hasher(this.#key.sizeBytes);
    try {
      await this.#hashFile(hasher, signal);
    } catch (error) {
      hasher.release();
      throw error;
    }
    const position = this.#sizeBytes;
    const expectedBytes = this.#key.sizeBytes - position;
    const file = new BufferedFile({ handle: this.#handle, path: this.path, position, expectedBytes, hasher });
    return (this.#intake = { file, hasher });
  }

  async #hashFile(hasher: StreamHasher, signal: AbortSignal | undefined): Promise<void> {
    if (this.#sizeBytes === 0) return;
    const buffer = hasher.allocate(READ_BYTES);
    for (let at = 0; at < this.#sizeBytes;) {
      signal?.throwIfAborted();
      const { bytesRead } = await this.#handle.read(buffer, 0, Math.min(READ_BYTES, this.#sizeBytes - at), at);
      if (bytesRead === 0) throw new BlobLengthMismatchError(this.#key, at);
      await hasher.update(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
  }

  #letGo(): void {
    this.#intake?.hasher.release();
    this.#intake = undefined;
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw asWriteError(error, this.path);
    }
  }
}
