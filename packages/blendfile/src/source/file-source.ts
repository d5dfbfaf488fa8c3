import { type FileHandle, open, stat } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { AbortOptions } from '@waybill/common';
import { BlendFileKindError, BlendFileTruncatedError } from '../errors.ts';
import { assertInSource } from './assert-in-source.ts';
import type { ByteSource } from './byte-source.ts';
import { copyRange } from './copy-range.ts';
import { PageCache } from './page-cache.ts';
import { readFully } from './read-fully.ts';

/** Small structs that lie together come with one read; far less than that would be a system call for each. */
const PAGE_BYTES = 32 * 1024;
/** Whoever reads on where the last read ended gets this much at once. */
const MOST_PAGES_AHEAD = 16;
/** Larger reads bring what was asked for, and nothing into the cache. */
const LARGEST_CACHED_READ_BYTES = 2 * PAGE_BYTES;
const CACHE_BYTES = 16 * 1024 * 1024;
/** Windows grow from one block header with a small body to this, as long as nothing of them is skipped. */
const SMALLEST_WINDOW_BYTES = 4 * 1024;
const LARGEST_WINDOW_BYTES = 1024 * 1024;
/** After so many bytes others have their turn, so that an abort is heeded. */
const BYTES_BETWEEN_TURNS = 4 * 1024 * 1024;
/** Reading less than this costs no more than another system call. */
const WORTH_SKIPPING_BYTES = 64 * 1024;

export interface FileSourceOptions extends AbortOptions {
  /** For errors; default: the path. */
  name?: string;
}

/** A file, read where it is asked for: pages with read-ahead for single structs, windows for the index. */
export class FileSource implements ByteSource {
  readonly #handle: FileHandle;
  readonly #file: string;
  /** Buffers of pages that were dropped. Nobody else sees pages: what is read is copied, and they can be filled again. */
  readonly #freePages: Uint8Array[] = [];
  readonly #pages = new PageCache(CACHE_BYTES, (page) => this.#freePages.push(page));
  /** The page after the last read, and how many the next read brings if it begins there. */
  #nextPage = 0;
  #pagesAhead = 1;
  #window = Buffer.alloc(0);
  #windowEnd = 0;
  #windowBytes = LARGEST_WINDOW_BYTES / 16;
  #bytesThisTurn = 0;
  readonly sizeBytes: number;

  private constructor(handle: FileHandle, file: string, sizeBytes: number) {
    this.#handle = handle;
    this.#file = file;
    this.sizeBytes = sizeBytes;
  }

  /** @throws BlendFileKindError; system errors as they are (ENOENT, EACCES, …) */
  static async open(
    path: string | Buffer,
    { signal, name = String(path) }: FileSourceOptions = {},
  ): Promise<FileSource> {
    signal?.throwIfAborted();
    // Opening a pipe would wait for its writer.
    if (!(await stat(path)).isFile()) throw new BlendFileKindError(name);
    const handle = await open(path);
    try {
      signal?.throwIfAborted();
      return new FileSource(handle, name, (await handle.stat()).size);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  lend(offset: number, lengthBytes: number): Uint8Array | undefined {
    assertInSource(this.#file, this.sizeBytes, offset, lengthBytes);
    const page = Math.floor(offset / PAGE_BYTES);
    const start = offset - page * PAGE_BYTES;
    if (start + lengthBytes > PAGE_BYTES) return undefined;
    return this.#pages.get(page)?.subarray(start, start + lengthBytes);
  }

  peek(offset: number, lengthBytes: number): Uint8Array | undefined {
    const bytes = this.lend(offset, lengthBytes);
    return bytes && copyRange(bytes, 0, lengthBytes);
  }

  async read(offset: number, lengthBytes: number, { signal }: AbortOptions = {}): Promise<Uint8Array> {
    signal?.throwIfAborted();
    const inMemory = this.peek(offset, lengthBytes);
    if (inMemory !== undefined) return inMemory;
    if (lengthBytes > LARGEST_CACHED_READ_BYTES) {
      return await this.#readAt(offset, Buffer.allocUnsafeSlow(lengthBytes), signal);
    }
    const bytes = Buffer.allocUnsafe(lengthBytes);
    for (let done = 0; done < lengthBytes;) {
      const page = Math.floor((offset + done) / PAGE_BYTES);
      const start = offset + done - page * PAGE_BYTES;
      const part = (this.#pages.get(page) ?? this.#readPages(page)).subarray(start);
      bytes.set(part.subarray(0, lengthBytes - done), done);
      done += Math.min(part.length, lengthBytes - done);
    }
    return bytes;
  }

  readInto(buffer: Uint8Array, offset: number): void {
    assertInSource(this.#file, this.sizeBytes, offset, buffer.length);
    this.#fill([buffer], offset, buffer.length);
  }

  async window(offset: number, { signal }: AbortOptions = {}): Promise<Uint8Array> {
    if (offset >= this.sizeBytes) return new Uint8Array(0);
    const skips = offset - this.#windowEnd > WORTH_SKIPPING_BYTES;
    this.#windowBytes = skips ? SMALLEST_WINDOW_BYTES : Math.min(2 * this.#windowBytes, LARGEST_WINDOW_BYTES);
    const length = Math.min(this.#windowBytes, this.sizeBytes - offset);
    if (this.#window.length < length) this.#window = Buffer.allocUnsafeSlow(this.#windowBytes);
    this.#windowEnd = offset + length;
    await this.#takeTurns(length);
    signal?.throwIfAborted();
    const window = this.#window.subarray(0, length);
    this.#fill([window], offset, length);
    return window;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#window = Buffer.alloc(0);
    await this.#handle.close();
  }

  /** Brings a page into the cache, and those behind it where reading goes on in order. */
  #readPages(first: number): Uint8Array {
    this.#pagesAhead = first === this.#nextPage ? Math.min(2 * this.#pagesAhead, MOST_PAGES_AHEAD) : 1;
    const start = first * PAGE_BYTES;
    const length = Math.min(this.#pagesAhead * PAGE_BYTES, this.sizeBytes - start);
    this.#nextPage = first + Math.ceil(length / PAGE_BYTES);
    const pages: Uint8Array[] = [];
    for (let at = 0; at < length; at += PAGE_BYTES) {
      pages.push(this.#freePages.pop() ?? Buffer.allocUnsafeSlow(PAGE_BYTES));
    }
    this.#fill(pages, start, length);
    pages.forEach((page, index) => this.#pages.set(first + index, page));
    return pages[0] ?? new Uint8Array(0);
  }

  /** Blocks for one system call. */
  #fill(buffers: readonly Uint8Array[], offset: number, length: number): void {
    readFully(this.#handle.fd, buffers, offset, length, this.#file);
  }

  async #takeTurns(lengthBytes: number): Promise<void> {
    this.#bytesThisTurn += lengthBytes;
    if (this.#bytesThisTurn < BYTES_BETWEEN_TURNS) return;
    this.#bytesThisTurn = 0;
    await setImmediate();
  }

  /** Large reads leave the thread alone. */
  async #readAt<T extends Uint8Array>(offset: number, buffer: T, signal: AbortSignal | undefined): Promise<T> {
    for (let done = 0; done < buffer.length;) {
      signal?.throwIfAborted();
      const { bytesRead } = await this.#handle.read(buffer, done, buffer.length - done, offset + done);
      const position = { file: this.#file, offset };
      if (bytesRead === 0) throw new BlendFileTruncatedError(position, 'a read', buffer.length, done);
      done += bytesRead;
    }
    return buffer;
  }
}
