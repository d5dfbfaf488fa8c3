import { constants, zstdCompressSync } from 'node:zlib';
import { encodeCarHeader } from '../codec/car-header.ts';
import { CidParts, type CidBytes, readCid } from '../codec/cid.ts';
import { readVarint, varintLength, writeVarint } from '../codec/varint.ts';
import type { ByteSink } from '../file/byte-sink.ts';
import type { CarSummary, FrameWriter } from '../file/car-writer.ts';
import { WriteBehind } from '../file/write-behind.ts';
import { encodeForestFooter, SKIPPABLE_HEADER_BYTES } from './forest-format.ts';
import { ForestIndexWriter } from './forest-index-writer.ts';

export interface ForestWriterOptions {
  roots: readonly CidBytes[];
  /** Of zstd; default 3, as in Forest. */
  level?: number | undefined;
  /** Bytes that are gathered before a write; default 1,048,576. */
  writeBufferBytes?: number | undefined;
}

/** What a zstd frame should have, compressed: a lookup unpacks one. */
const FRAME_BYTES = 8192;
/** What blocks of a chain come to before anything is known about these ones. */
const FIRST_RATIO = 2;
const DEFAULT_WRITE_BUFFER_BYTES = 1024 * 1024;

/**
 * Writes a `.forest.car.zst`: a zstd frame with the header, zstd frames of whole CAR frames, the index, the footer.
 * Forest closes a frame when its compressed size passes 8 KiB, and flushes after each block to know it; we reckon
 * with the ratio of the frames before, which gives frames of about that size, and smaller files. The same blocks give the same bytes.
 * Holds 16 bytes for each block until the end.
 */
export class ForestWriter implements FrameWriter {
  readonly #sink: ByteSink;
  readonly #writes: WriteBehind;
  readonly #options: { params: Record<number, number> };
  readonly #limit: number;
  readonly #index = new ForestIndexWriter();
  readonly #cid = new CidParts();
  /** CAR frames that are not compressed yet. */
  #group = new Uint8Array(16 * FRAME_BYTES);
  #grouped = 0;
  #ratio = FIRST_RATIO;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #begun: { readonly frame: Uint8Array; used: number } | undefined;
  /** Where the next zstd frame begins. */
  #offset = 0;
  #blockCount = 0;
  #sizeBytes = 0;
  #ended = false;

  constructor(
    sink: ByteSink,
    { roots, level = 3, writeBufferBytes = DEFAULT_WRITE_BUFFER_BYTES }: ForestWriterOptions,
  ) {
    this.#sink = sink;
    this.#writes = new WriteBehind(sink);
    this.#limit = writeBufferBytes;
    this.#options = { params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 } };
    this.#compress(encodeCarHeader(roots));
  }

  get isFull(): boolean {
    return this.#waitingBytes >= this.#limit;
  }

  push(bytes: Uint8Array, start: number, end: number): void {
    const cidStart = start + varintLength(readVarint(bytes, start, end));
    const at = this.#reserve(end - start);
    this.#group.set(bytes.subarray(start, end), at);
    this.#take(at + cidStart - start, end - start);
  }

  pushRow(bytes: Uint8Array, start: number, end: number, count: number): void {
    let at = start;
    for (let left = count; left > 0; left -= 1) {
      const length = readVarint(bytes, at, end);
      const next = at + varintLength(length) + length;
      this.push(bytes, at, next);
      at = next;
    }
  }

  pushBlock(cid: CidBytes, data: Uint8Array): void {
    const length = cid.length + data.length;
    const at = this.#reserve(varintLength(length) + length);
    const cidStart = writeVarint(length, this.#group, at);
    this.#group.set(cid, cidStart);
    this.#group.set(data, cidStart + cid.length);
    this.#take(cidStart, varintLength(length) + length);
  }

  /** As a whole: a block never spans two zstd frames. */
  beginBlock(head: Uint8Array, start: number, end: number, sizeBytes: number): void {
    const frame = new Uint8Array(end - start + sizeBytes);
    frame.set(head.subarray(start, end));
    this.#begun = { frame, used: end - start };
    if (sizeBytes === 0) this.#endBlock(frame);
  }

  continueBlock(data: Uint8Array): void {
    const begun = this.#begun;
    if (begun === undefined) throw new TypeError('no block has begun');
    begun.frame.set(data, begun.used);
    begun.used += data.length;
    if (begun.used === begun.frame.length) this.#endBlock(begun.frame);
  }

  #endBlock(frame: Uint8Array): void {
    this.#begun = undefined;
    this.push(frame, 0, frame.length);
  }

  async writeBehind(): Promise<void> {
    if (this.#waiting.length === 0) return;
    await this.#writes.settle();
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#writes.begin(Buffer.concat(waiting));
  }

  async flush(): Promise<void> {
    await this.writeBehind();
    await this.#writes.settle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writes[Symbol.asyncDispose]();
  }

  async end(): Promise<CarSummary> {
    if (this.#ended) throw new TypeError('the CAR has ended');
    this.#closeGroup();
    this.#ended = true;
    await this.flush();
    for (const piece of this.#index.pieces()) await this.#sink.write(piece);
    await this.#sink.write(encodeForestFooter(this.#offset + SKIPPABLE_HEADER_BYTES));
    return { blockCount: this.#blockCount, sizeBytes: this.#sizeBytes };
  }

  #reserve(length: number): number {
    if (this.#ended) throw new TypeError('the CAR has ended');
    const needed = this.#grouped + length;
    if (needed > this.#group.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#group.length));
      larger.set(this.#group.subarray(0, this.#grouped));
      this.#group = larger;
    }
    return this.#grouped;
  }

  #take(cidStart: number, length: number): void {
    const cidLength = readCid(this.#group, cidStart, this.#grouped + length, this.#cid);
    this.#index.add(this.#group, cidStart, cidStart + cidLength, this.#offset);
    this.#grouped += length;
    this.#blockCount += 1;
    if (this.#grouped >= FRAME_BYTES * this.#ratio) this.#closeGroup();
  }

  #closeGroup(): void {
    const grouped = this.#grouped;
    if (grouped === 0) return;
    const compressedBytes = this.#compress(this.#group.subarray(0, grouped));
    // Slowly, so that one odd frame does not change the next ones much; within what zstd's window makes sense for.
    this.#ratio = Math.min(64, Math.max(1, (7 * this.#ratio + grouped / compressedBytes) / 8));
    this.#grouped = 0;
  }

  #compress(content: Uint8Array): number {
    const frame = zstdCompressSync(content, this.#options);
    this.#waiting.push(frame);
    this.#waitingBytes += frame.length;
    this.#offset += frame.length;
    this.#sizeBytes += content.length;
    return frame.length;
  }
}
