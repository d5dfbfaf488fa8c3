import { close, closeSync, constants, fstatSync, openSync, read, readSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { promisify } from 'node:util';
import { isErrnoException } from '@waybill/common';
import type { OpenedContent } from './archive.ts';
import { ContentShrankError } from './archive-errors.ts';

/**
 * Content up to this size is read at once, synchronously: four calls that take 10 µs together, where four trips
 * through the thread pool take 100 µs. The price is one seek of a cold disk during which nothing else runs.
 */
const WHOLE_BYTES = 256 * 1024;
/** One read of a stream: large enough that a 1 MB segment takes four, small enough for a thousand readers at once. */
const CHUNK_BYTES = 256 * 1024;

const closeAsync = promisify(close);
const readAsync = promisify(read);

/**
 * Opens a regular file for reading; undefined where there is none of that name. Other errors pass through.
 * O_NONBLOCK, because opening a FIFO that somebody left in the archive would wait for its writer.
 */
export function openContent(filePath: string): OpenedContent | undefined {
  const fd = openForReading(filePath);
  if (fd === undefined) return undefined;
  let streamed = false;
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return undefined;
    if (stat.size <= WHOLE_BYTES) return new WholeContent(readWhole(fd, filePath, stat.size), stat);
    streamed = true;
    return new StreamedContent(fd, filePath, stat);
  } finally {
    if (!streamed) closeSync(fd);
  }
}

function openForReading(filePath: string): number | undefined {
  try {
    return openSync(filePath, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    // ENXIO: a socket; EISDIR: Windows; ENAMETOOLONG: no such file can exist.
    const missing = ['ENOENT', 'ENOTDIR', 'ENXIO', 'EISDIR', 'ENAMETOOLONG'];
    if (missing.some((code) => isErrnoException(error, code))) return undefined;
    throw error;
  }
}

function readWhole(fd: number, filePath: string, sizeBytes: number): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(sizeBytes);
  let filled = 0;
  while (filled < sizeBytes) {
    const count = readSync(fd, bytes, filled, sizeBytes - filled, filled);
    if (count === 0) throw new ContentShrankError(filePath, sizeBytes, filled);
    filled += count;
  }
  return bytes;
}

class WholeContent implements OpenedContent {
  readonly bytes: Uint8Array;
  readonly sizeBytes: number;
  readonly modifiedMs: number;

  constructor(bytes: Uint8Array, { size, mtimeMs }: Stats) {
    this.bytes = bytes;
    this.sizeBytes = size;
    this.modifiedMs = mtimeMs;
  }

  async *stream({
    start = 0,
    end = this.sizeBytes,
  }: { start?: number; end?: number } = {}): AsyncGenerator<Uint8Array> {
    await Promise.resolve();
    if (end > start) yield this.bytes.subarray(start, end);
  }

  async close(): Promise<void> {
    return Promise.resolve();
  }
}

class StreamedContent implements OpenedContent {
  readonly bytes = undefined;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly #path: string;
  #fd: number | undefined;

  constructor(fd: number, filePath: string, { size, mtimeMs }: Stats) {
    this.#fd = fd;
    this.#path = filePath;
    this.sizeBytes = size;
    this.modifiedMs = mtimeMs;
  }

  async *stream({
    start = 0,
    end = this.sizeBytes,
  }: { start?: number; end?: number } = {}): AsyncGenerator<Uint8Array> {
    try {
      for (let position = start; position < end;) {
        const bytes = await this.#readAt(position, Math.min(CHUNK_BYTES, end - position));
        position += bytes.length;
        yield bytes;
      }
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) await closeAsync(fd);
  }

  async #readAt(position: number, length: number): Promise<Uint8Array> {
    if (this.#fd === undefined) throw new TypeError(`${this.#path} is closed`);
    const { bytesRead, buffer } = await readAsync(this.#fd, Buffer.allocUnsafeSlow(length), 0, length, position);
    if (bytesRead === 0) throw new ContentShrankError(this.#path, this.sizeBytes, position);
    return buffer.subarray(0, bytesRead);
  }
}
