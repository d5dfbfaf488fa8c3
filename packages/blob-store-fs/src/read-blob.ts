import { closeSync, fstatSync, openSync, read } from 'node:fs';
import { promisify } from 'node:util';
import {
  type BlobContent,
  BlobCorruptError,
  type BlobKey,
  BlobMissingError,
  type GetOptions,
  getRange,
} from '@waybill/blob-store';
import { isErrnoException } from '@waybill/common';
import type { FsBlobs } from './fs-blobs.ts';

/** Ranges up to here come as a whole; larger ones in chunks of this size. */
const CHUNK_BYTES = 256 * 1024;

const readAsync = promisify(read);

/** Only the bytes are read in the thread pool: they are what a slow disk is waited for. */
export async function readBlob(blobs: FsBlobs, key: BlobKey, options: GetOptions): Promise<BlobContent> {
  options.signal?.throwIfAborted();
  const file = new OpenBlob(openBlob(blobs.path(key), key), key);
  try {
    const { size } = fstatSync(file.fd);
    if (size !== key.sizeBytes) throw new BlobCorruptError(key, size);
    const [start, end] = getRange(size, options);
    if (end - start > CHUNK_BYTES) return contentOf(file, start, end);
    const body = await file.readFully(start, end);
    file.close();
    options.signal?.throwIfAborted();
    return { sizeBytes: body.length, body, discard: () => Promise.resolve() };
  } catch (error) {
    file.close();
    throw error;
  }
}

function openBlob(path: string, key: BlobKey): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw isErrnoException(error, 'ENOENT') ? new BlobMissingError(key, error) : error;
  }
}

function contentOf(file: OpenBlob, start: number, end: number): BlobContent {
  return {
    sizeBytes: end - start,
    body: file.chunks(start, end),
    discard: () => {
      file.close();
      return Promise.resolve();
    },
  };
}

class OpenBlob {
  readonly fd: number;
  readonly #key: BlobKey;
  #state: 'idle' | 'reading' | 'closing' | 'closed' = 'idle';

  constructor(fd: number, key: BlobKey) {
    this.fd = fd;
    this.#key = key;
  }

  async *chunks(start: number, end: number): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (let at = start; at < end; at += CHUNK_BYTES) yield await this.readFully(at, Math.min(at + CHUNK_BYTES, end));
    } finally {
      this.close();
    }
  }

  /** @throws BlobCorruptError when the file was cut after it was opened. */
  async readFully(start: number, end: number): Promise<Uint8Array> {
    // The reader's own: it may keep it, or change it.
    const bytes = Buffer.allocUnsafeSlow(end - start);
    for (let at = 0; at < bytes.length;) {
      const bytesRead = await this.#read(bytes, at, start + at);
      if (bytesRead === 0) throw new BlobCorruptError(this.#key, start + at);
      at += bytesRead;
    }
    return bytes;
  }

  /** A descriptor that is being read is closed when that has ended: its number might already mean another file. */
  close(): void {
    if (this.#state === 'reading') this.#state = 'closing';
    if (this.#state !== 'idle') return;
    this.#state = 'closed';
    closeSync(this.fd);
  }

  async #read(bytes: Buffer, at: number, position: number): Promise<number> {
    if (this.#state !== 'idle') throw new TypeError('the content was discarded');
    this.#state = 'reading';
    try {
      return (await readAsync(this.fd, bytes, at, bytes.length - at, position)).bytesRead;
    } finally {
      this.#endRead();
    }
  }

  #endRead(): void {
    const discarded = this.#state === 'closing';
    this.#state = 'idle';
    if (discarded) this.close();
  }
}
