import type { FileHandle } from 'node:fs/promises';
import { FileSyncFailedError, writeAll } from '@waybill/common';
import type { StreamHasher } from './stream-hasher.ts';

/**
 * While one buffer is written and hashed, another one is filled. Larger ones gain nothing measurable, and two hundred
 * uploads at once would hold twice the memory.
 */
const BUFFER_BYTES = 256 * 1024;

/** After so many bytes the disk is set to work, so that the last sync has little left to wait for. */
const SYNC_EVERY_BYTES = 32 * 1024 * 1024;

export interface BufferedFileInit {
  readonly handle: FileHandle;
  readonly path: string;
  /** Where the bytes go. */
  readonly position: number;
  /** How many bytes will come; buffers are no larger. */
  readonly expectedBytes: number;
  /** Sees each byte. The caller's to release. */
  readonly hasher: StreamHasher;
}

interface BusyBuffer {
  readonly buffer: Uint8Array;
  /** Written and hashed. */
  readonly done: Promise<unknown>;
}

/** Writes a file from a position on and hashes it, behind the caller's back: what fails is thrown by a later call. Calls MUST not overlap. */
export class BufferedFile {
  readonly #init: BufferedFileInit;
  readonly #bufferBytes: number;
  /** What is filled now. */
  #filling: Uint8Array | undefined;
  #filledBytes = 0;
  /** Oldest first. */
  #busy: BusyBuffer[] = [];
  #position: number;
  #syncedAt: number;
  #writing: Promise<void> = Promise.resolve();
  #syncing: Promise<void> | undefined;

  constructor(init: BufferedFileInit) {
    this.#init = init;
    this.#position = init.position;
    this.#syncedAt = init.position;
    this.#bufferBytes = Math.max(1, Math.min(init.expectedBytes, BUFFER_BYTES));
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
    this.#filling ??= this.#init.hasher.allocate(this.#bufferBytes);
    // Not `set`: into shared memory it copies byte by byte where the two are aligned differently.
    viewOf(bytes).copy(this.#filling, this.#filledBytes);
    this.#filledBytes += bytes.length;
  }

  /** Resolves when everything is written and hashed, and the disk is at rest as far as we have set it to work. */
  async flush(): Promise<void> {
    this.#send();
    // All of them, also after a failure: nothing is written any more once this has ended.
    const ended = await Promise.allSettled([...this.#busy.map(({ done }) => done), this.#writing, this.#syncing]);
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
    this.#filling ??= this.#busy.shift()?.buffer;
  }

  async #rotate(): Promise<void> {
    this.#send();
    if (this.#busy.length < this.#init.hasher.bufferCount) return;
    const [oldest] = this.#busy;
    await oldest?.done;
    this.#busy.shift();
    this.#filling = oldest?.buffer;
    if (this.#position - this.#syncedAt >= SYNC_EVERY_BYTES) await this.#beginSync();
  }

  /** Lets what has been filled be written and hashed. */
  #send(): void {
    const buffer = this.#filling;
    if (buffer === undefined || this.#filledBytes === 0) return;
    const bytes = buffer.subarray(0, this.#filledBytes);
    const position = this.#position;
    this.#position += bytes.length;
    this.#filling = undefined;
    this.#filledBytes = 0;
    // In their order: after a failure nothing more is written.
    this.#writing = this.#writing.then(() => writeAll(this.#init.handle, bytes, { position }));
    // The write is on its way before this thread hashes, where it has to.
    const hashed = Promise.resolve().then(() => this.#init.hasher.update(bytes));
    const done = Promise.all([this.#writing, hashed]);
    // Whoever comes next throws it.
    done.catch(() => undefined);
    this.#busy.push({ buffer, done });
  }

  /** A failed sync is final: it is kept, and thrown by each later one. */
  async #beginSync(): Promise<void> {
    this.#syncedAt = this.#position;
    await this.#syncing;
    this.#syncing = this.#sync();
    this.#syncing.catch(() => undefined);
  }

  async #sync(): Promise<void> {
    try {
      await this.#init.handle.datasync();
    } catch (error) {
      throw new FileSyncFailedError(this.#init.path, error);
    }
  }
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
