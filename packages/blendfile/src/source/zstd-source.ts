import { setImmediate } from 'node:timers/promises';
import { zstdDecompressSync } from 'node:zlib';
import type { AbortOptions } from '@waybill/common';
import { BlendCompressionInvalidError } from '../errors.ts';
import { lastAtMost } from '../index/last-at-most.ts';
import { assertInSource } from './assert-in-source.ts';
import type { ByteSource } from './byte-source.ts';
import { copyRange } from './copy-range.ts';
import { PageCache } from './page-cache.ts';
import { decodeSeekTable, SEEK_TABLE_FOOTER_BYTES, seekTableSizeBytes, type ZstdFrames } from './zstd-seek-table.ts';

/** Blender's frames have one to two MiB. Files with much larger ones are read as a stream, to hold the memory bound. */
const LARGEST_FRAME_BYTES = 8 * 1024 * 1024;
const CACHE_BYTES = 16 * 1024 * 1024;
/** Sizes of buffers for compressed frames are rounded up to this, so that most frames fit most buffers. */
const INPUT_STEP_BYTES = 256 * 1024;
/** After so many bytes others have their turn, so that an abort is heeded: some ten milliseconds. */
const BYTES_BETWEEN_TURNS = 16 * 1024 * 1024;

/** The content of a zstd file with a seek table: only frames that are asked for are decompressed. `stored` stays the caller's. */
export class ZstdSource implements ByteSource {
  readonly #stored: ByteSource;
  readonly #file: string;
  readonly #cache = new PageCache(CACHE_BYTES, (bytes) => {
    if (bytes !== this.#window) release(bytes);
  });
  /** Compressed bytes pass through these. */
  readonly #freeInputs: Uint8Array[] = [];
  /** What the last window shows: its memory is not given back before the next one. */
  #window: Uint8Array = new Uint8Array(0);
  #windowFrame = -1;
  #isWindowCached = false;
  #bytesThisTurn = 0;
  readonly frames: ZstdFrames;
  readonly sizeBytes: number;

  private constructor(stored: ByteSource, file: string, frames: ZstdFrames) {
    this.#stored = stored;
    this.#file = file;
    this.frames = frames;
    this.sizeBytes = frames.contentOffsets[frames.count] ?? 0;
  }

  /** `undefined` where there is no seek table, or one that cannot be used. */
  static async open(stored: ByteSource, file: string, options: AbortOptions = {}): Promise<ZstdSource | undefined> {
    const frames = await readSeekTable(stored, options);
    return frames === undefined || largestFrame(frames) > LARGEST_FRAME_BYTES
      ? undefined
      : new ZstdSource(stored, file, frames);
  }

  lend(offset: number, lengthBytes: number): Uint8Array | undefined {
    assertInSource(this.#file, this.sizeBytes, offset, lengthBytes);
    const frame = this.frameAt(offset);
    const start = offset - this.#start(frame);
    if (start + lengthBytes > this.#start(frame + 1) - this.#start(frame)) return undefined;
    return this.#cache.get(frame)?.subarray(start, start + lengthBytes);
  }

  peek(offset: number, lengthBytes: number): Uint8Array | undefined {
    const bytes = this.lend(offset, lengthBytes);
    return bytes && copyRange(bytes, 0, lengthBytes);
  }

  async read(offset: number, lengthBytes: number, options: AbortOptions = {}): Promise<Uint8Array> {
    options.signal?.throwIfAborted();
    const inMemory = this.peek(offset, lengthBytes);
    if (inMemory !== undefined) return inMemory;
    if (this.#bytesThisTurn >= BYTES_BETWEEN_TURNS) await this.#takeTurns(options.signal);
    const bytes = Buffer.allocUnsafe(lengthBytes);
    this.readInto(bytes, offset);
    return bytes;
  }

  readInto(buffer: Uint8Array, offset: number): void {
    assertInSource(this.#file, this.sizeBytes, offset, buffer.length);
    let frame = this.frameAt(offset);
    for (let done = 0; done < buffer.length; frame += 1) {
      const start = offset + done - this.#start(frame);
      const part = this.#frame(frame).subarray(start, start + buffer.length - done);
      buffer.set(part, done);
      done += part.length;
    }
  }

  async window(offset: number, options: AbortOptions = {}): Promise<Uint8Array> {
    options.signal?.throwIfAborted();
    if (offset >= this.sizeBytes) return new Uint8Array(0);
    if (this.#bytesThisTurn >= BYTES_BETWEEN_TURNS) await this.#takeTurns(options.signal);
    const frame = this.frameAt(offset);
    if (frame !== this.#windowFrame) this.#moveWindow(frame);
    return this.#window.subarray(offset - this.#start(frame));
  }

  /** The frame that holds this byte of the content. */
  frameAt(offset: number): number {
    return Math.min(lastAtMost(this.frames.contentOffsets, offset), this.frames.count - 1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#window = new Uint8Array(0);
    return Promise.resolve();
  }

  /**
   * A window over everything passes by what is cached: its memory is used again while it is still in the cache of the processor.
   */
  #moveWindow(frame: number): void {
    if (!this.#isWindowCached) release(this.#window);
    this.#windowFrame = -1;
    const cached = this.#cache.get(frame);
    this.#window = cached ?? this.#load(frame);
    this.#isWindowCached = cached !== undefined;
    this.#windowFrame = frame;
  }

  #start(frame: number): number {
    return this.frames.contentOffsets[frame] ?? 0;
  }

  #frame(frame: number): Uint8Array {
    const cached = this.#cache.get(frame);
    if (cached !== undefined) return cached;
    const bytes = this.#load(frame);
    this.#cache.set(frame, bytes);
    return bytes;
  }

  #load(frame: number): Uint8Array {
    const { storedOffsets } = this.frames;
    const offset = storedOffsets[frame] ?? 0;
    const storedBytes = (storedOffsets[frame + 1] ?? 0) - offset;
    const contentBytes = this.#start(frame + 1) - this.#start(frame);
    const buffer = this.#takeInput(storedBytes);
    const stored = buffer.subarray(0, storedBytes);
    this.#stored.readInto(stored, offset);
    const bytes = this.#decompress(stored, contentBytes, offset);
    this.#bytesThisTurn += contentBytes;
    this.#freeInputs.push(buffer);
    if (bytes.length !== contentBytes) {
      const problem = `a zstd frame has ${bytes.length} bytes, the seek table says ${contentBytes}`;
      throw new BlendCompressionInvalidError({ file: this.#file, offset }, problem);
    }
    return bytes;
  }

  async #takeTurns(signal: AbortSignal | undefined): Promise<void> {
    this.#bytesThisTurn = 0;
    await setImmediate();
    signal?.throwIfAborted();
  }

  #takeInput(sizeBytes: number): Uint8Array {
    const free = this.#freeInputs.pop();
    return free !== undefined && free.length >= sizeBytes
      ? free
      : Buffer.allocUnsafeSlow(Math.ceil(sizeBytes / INPUT_STEP_BYTES) * INPUT_STEP_BYTES);
  }

  /** In this thread: to hand a frame to another one costs half as much as to decompress it. */
  #decompress(stored: Uint8Array, contentBytes: number, offset: number): Uint8Array {
    try {
      // One piece, no growing and no joining. The one byte more is never filled, and tells zlib that nothing is left.
      const size = Math.max(contentBytes + 1, 64);
      return zstdDecompressSync(stored, { chunkSize: size, maxOutputLength: size });
    } catch (cause) {
      throw new BlendCompressionInvalidError({ file: this.#file, offset }, 'a zstd frame is broken', cause);
    }
  }
}

async function readSeekTable(stored: ByteSource, options: AbortOptions): Promise<ZstdFrames | undefined> {
  const { sizeBytes } = stored;
  if (sizeBytes < SEEK_TABLE_FOOTER_BYTES) return undefined;
  const footer = await stored.read(sizeBytes - SEEK_TABLE_FOOTER_BYTES, SEEK_TABLE_FOOTER_BYTES, options);
  const tableBytes = seekTableSizeBytes(footer);
  if (tableBytes === undefined || tableBytes > sizeBytes) return undefined;
  const table = await stored.read(sizeBytes - tableBytes, tableBytes, options);
  return decodeSeekTable(table, sizeBytes - tableBytes);
}

function largestFrame({ count, contentOffsets }: ZstdFrames): number {
  let largest = 0;
  for (let frame = 0; frame < count; frame += 1) {
    largest = Math.max(largest, (contentOffsets[frame + 1] ?? 0) - (contentOffsets[frame] ?? 0));
  }
  return largest;
}

/** Smaller buffers are parts of slabs that Node shares out. */
const OWN_BUFFER_BYTES = 256 * 1024;

/** Gives the memory back at once: the garbage collector, which counts objects, lets hundreds of MiB pile up. */
function release({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength >= OWN_BUFFER_BYTES) buffer.transfer(0);
}
