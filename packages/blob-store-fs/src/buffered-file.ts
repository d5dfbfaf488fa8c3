import type { FileHandle } from 'node:fs/promises';
import { FileSyncFailedError, writeAll } from '@waybill/common';

/**
 * While one buffer is written, the other one is filled and hashed. Larger ones gain nothing measurable, and two hundred
 * uploads at once would hold twice the memory.
 */
const BUFFER_BYTES = 256 * 1024;

/** After so many bytes the disk is set to work, so that the last sync has little left to wait for. */
const SYNC_EVERY_BYTES = 32 * 1024 * 1024;

/** Writes a file from a position on, behind the caller's back: what fails is thrown by a later call. Calls MUST not overlap. */
export class BufferedFile {
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #bufferBytes: number;
  #filling: Buffer | undefined;
  #spare: Buffer | undefined;
  #filledBytes = 0;
  #position: number;
  #syncedAt: number;
  #writing: Promise<void> = Promise.resolve();
  #syncing: Promise<void> | undefined;

  /** @param expectedBytes How many bytes will come; buffers are no larger. */
  constructor(handle: FileHandle, path: string, position: number, expectedBytes: number) {
    this.#handle = handle;
    this.#path = path;
    this.#position = position;
    this.#syncedAt = position;
    this.#bufferBytes = Math.max(1, Math.min(expectedBytes, BUFFER_BYTES));
  }

  /** Takes a copy of the bytes. While there is room for them, there is nothing to wait for. */
  write(bytes: Uint8Array): Promise<void> | undefined {
    if (bytes.length >= this.#bufferBytes - this.#filledBytes) return this.#writeThrough(bytes);
    this.#fill(bytes);
    return undefined;
  }

  async #writeThrough(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + this.#bufferBytes - this.#filledBytes);
      this.#fill(part);
      at += part.length;
      if (this.#filledBytes === this.#bufferBytes) await this.#rotate();
    }
  }

  #fill(bytes: Uint8Array): void {
    this.#filling ??= Buffer.allocUnsafeSlow(this.#bufferBytes);
    this.#filling.set(bytes, this.#filledBytes);
    this.#filledBytes += bytes.length;
  }

  /** Resolves when everything is written, and the disk is at rest as far as we have set it to work. */
  async flush(): Promise<void> {
    try {
      await this.#rotate();
      await this.#writing;
    } finally {
      await this.#syncing?.catch(() => undefined);
    }
    await this.#syncing;
  }

  async #rotate(): Promise<void> {
    await this.#writing;
    const full = this.#filling;
    if (full === undefined || this.#filledBytes === 0) return;
    const position = this.#position;
    const length = this.#filledBytes;
    this.#position += length;
    this.#filledBytes = 0;
    this.#filling = this.#spare;
    this.#spare = full;
    this.#writing = writeAll(this.#handle, full.subarray(0, length), { position });
    // Whoever comes next throws it.
    this.#writing.catch(() => undefined);
    if (position + length - this.#syncedAt >= SYNC_EVERY_BYTES) await this.#beginSync(position + length);
  }

  /** A failed sync is final: it is kept, and thrown by each later one. */
  async #beginSync(position: number): Promise<void> {
    this.#syncedAt = position;
    await this.#syncing;
    this.#syncing = this.#sync();
    this.#syncing.catch(() => undefined);
  }

  async #sync(): Promise<void> {
    try {
      await this.#handle.datasync();
    } catch (error) {
      throw new FileSyncFailedError(this.#path, error);
    }
  }
}
