import { closeSync } from 'node:fs';
import { zstdDecompressSync } from 'node:zlib';
import { CidParts, type CidBytes, readCid } from '../codec/cid.ts';
import { type CarLimits, carLimits } from '../codec/limits.ts';
import { readUint64 } from '../codec/uint64.ts';
import { readVarint, varintLength } from '../codec/varint.ts';
import { CarCompressionInvalidError, CarError, CarIndexInvalidError, CarTruncatedError } from '../errors.ts';
import { openForReading, readFully, stampOf } from '../file/car-source.ts';
import {
  decodeForestFooter,
  decodeForestIndexHeader,
  decodeSkippableHeader,
  FOREST_FOOTER_BYTES,
  FOREST_INDEX_HEADER_BYTES,
  FOREST_SLOT_BYTES,
  type ForestIndexHeader,
  SKIPPABLE_HEADER_BYTES,
} from './forest-format.ts';
import { type ForestHash, forestHash, forestSlot } from './forest-hash.ts';
import { zstdFrameLength } from './zstd-frame-length.ts';

/** Part of the index: its data stands in one skippable frame or in several. */
interface Extent {
  /** Of its data, in the file. */
  readonly offset: number;
  readonly length: number;
}

/** A zstd frame of 8 KiB unpacks to tens of KiB; one block may be as large as a section, and more than one is there. */
const FRAME_SLACK_BYTES = 16 * 1024 * 1024;
/** zstd does not know where a frame ends before it has read it. */
const FIRST_READ_BYTES = 64 * 1024;

/**
 * A `.forest.car.zst` as it lies on the disk: blocks are looked up in its own index, and one zstd frame of about 8 KiB is
 * unpacked for each. For many blocks, `openCarStore` unpacks the file once.
 */
export class ForestCar implements Disposable {
  readonly header: ForestIndexHeader;
  readonly slotCount: number;
  readonly #fd: number;
  readonly #path: string;
  readonly #extents: readonly Extent[];
  readonly #limits: CarLimits;
  readonly #hash: ForestHash = { high: 0, low: 0 };
  readonly #parts = new CidParts();
  #closed = false;

  constructor(path: string, limits: Partial<CarLimits> = {}) {
    this.#path = path;
    this.#limits = { ...carLimits, ...limits };
    this.#fd = openForReading(path);
    try {
      this.#extents = this.#readExtents();
      const dataBytes = this.#extents.reduce((sum, { length }) => sum + length, 0);
      this.slotCount = Math.floor((dataBytes - FOREST_INDEX_HEADER_BYTES) / FOREST_SLOT_BYTES);
      this.header = this.#locating(this.#indexStart, () =>
        decodeForestIndexHeader(this.#readIndex(0, FOREST_INDEX_HEADER_BYTES), 0, FOREST_INDEX_HEADER_BYTES),
      );
      if (this.header.initialBuckets >= this.slotCount)
        throw new CarIndexInvalidError(0, `${this.header.initialBuckets} buckets, ${this.slotCount} slots`).locate(
          path,
          this.#indexStart,
        );
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** The data of a block; `undefined` when it is not in the file. @throws CarError; any system error. */
  get(cid: CidBytes): Uint8Array | undefined {
    for (const offset of this.#candidates(cid)) {
      const data = this.#locating(offset, () => this.#findInFrame(cid, this.#unpack(offset)));
      if (data !== undefined) return data;
    }
    return undefined;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Where the data of the index begins: there is one extent at least. */
  get #indexStart(): number {
    return (this.#extents[0] as Extent).offset;
  }

  /** Offsets of the zstd frames that may hold it: the hash of 64 bits is all that the index knows. */
  *#candidates(cid: CidBytes): Generator<number, void, undefined> {
    forestHash(cid, 0, cid.length, this.#hash);
    const { initialBuckets, longestDistance } = this.header;
    const first = forestSlot(this.#hash, initialBuckets);
    const slots = Math.min(longestDistance + 1, this.slotCount - first);
    const WINDOW = 64;
    for (let from = 0; from < slots; from += WINDOW) {
      const count = Math.min(WINDOW, slots - from);
      const at = FOREST_INDEX_HEADER_BYTES + (first + from) * FOREST_SLOT_BYTES;
      const bytes = this.#readIndex(at, count * FOREST_SLOT_BYTES);
      const view = new DataView(bytes.buffer);
      for (let slot = 0; slot < bytes.length; slot += FOREST_SLOT_BYTES) {
        const [low, high] = [view.getUint32(slot, true), view.getUint32(slot + 4, true)];
        if (low === 0xffff_ffff && high === 0xffff_ffff) return;
        if (low === this.#hash.low && high === this.#hash.high) yield readUint64(view, slot + 8);
      }
    }
  }

  #findInFrame(cid: CidBytes, content: Uint8Array): Uint8Array | undefined {
    for (let at = 0; at < content.length;) {
      const length = readVarint(content, at, content.length);
      const cidStart = at + varintLength(length);
      const end = cidStart + length;
      if (end > content.length)
        throw new CarTruncatedError(0, 'a section in a zstd frame', length, content.length - cidStart);
      const dataStart = cidStart + readCid(content, cidStart, end, this.#parts);
      if (Buffer.compare(content.subarray(cidStart, dataStart), cid) === 0) return content.slice(dataStart, end);
      at = end;
    }
    return undefined;
  }

  #unpack(offset: number): Uint8Array {
    const maxOutputLength = this.#limits.maxSectionBytes + FRAME_SLACK_BYTES;
    const blocksEnd = this.#indexStart - SKIPPABLE_HEADER_BYTES;
    if (offset >= blocksEnd) throw new CarIndexInvalidError(0, `a block stands at ${offset}, after the blocks`);
    for (let length = FIRST_READ_BYTES; ; length *= 4) {
      const stored = new Uint8Array(Math.min(length, blocksEnd - offset));
      const count = readFully(this.#fd, stored, offset);
      const frameBytes = zstdFrameLength(stored.subarray(0, count));
      if (frameBytes !== undefined) return decompress(stored.subarray(0, frameBytes), maxOutputLength);
      // Compressed, it is hardly larger than its content may be.
      if (count < length || length > maxOutputLength)
        throw new CarCompressionInvalidError(0, `a zstd frame does not end within ${count} bytes`);
    }
  }

  #readExtents(): Extent[] {
    const { sizeBytes } = stampOf(this.#fd);
    const footerStart = sizeBytes - FOREST_FOOTER_BYTES;
    if (footerStart < 0)
      throw new CarTruncatedError(0, 'the footer', FOREST_FOOTER_BYTES, sizeBytes).locate(this.#path, 0);
    const dataOffset = decodeForestFooter(this.#readAt(footerStart, FOREST_FOOTER_BYTES), 0);
    if (dataOffset === undefined || dataOffset < SKIPPABLE_HEADER_BYTES || dataOffset > footerStart)
      throw new CarIndexInvalidError(0, 'has no footer of a forest file').locate(this.#path, footerStart);
    const extents: Extent[] = [];
    for (let at = dataOffset - SKIPPABLE_HEADER_BYTES; at < footerStart;) {
      const length = this.#locating(at, () =>
        decodeSkippableHeader(this.#readAt(at, SKIPPABLE_HEADER_BYTES), 0, SKIPPABLE_HEADER_BYTES),
      );
      const offset = at + SKIPPABLE_HEADER_BYTES;
      if (offset + length > footerStart)
        throw new CarTruncatedError(0, 'the index', length, footerStart - offset).locate(this.#path, offset);
      extents.push({ offset, length });
      at = offset + length;
    }
    return extents;
  }

  /** Reads from the data of the index, as if it were in one piece. */
  #readIndex(from: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    let done = 0;
    let skip = from;
    for (const { offset, length: extentBytes } of this.#extents) {
      if (done < length && skip < extentBytes) {
        const part = bytes.subarray(done, done + Math.min(length - done, extentBytes - skip));
        done += readFully(this.#fd, part, offset + skip);
      }
      skip = Math.max(0, skip - extentBytes);
    }
    if (done < length)
      throw new CarTruncatedError(0, 'the index', length, done).locate(this.#path, this.#indexStart + from);
    return bytes;
  }

  #readAt(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    const count = readFully(this.#fd, bytes, offset);
    if (count < length) throw new CarTruncatedError(0, 'the index', length, count).locate(this.#path, offset);
    return bytes;
  }

  #locating<T>(base: number, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw error instanceof CarError && error.file === undefined ? error.locate(this.#path, base) : error;
    }
  }
}

function decompress(stored: Uint8Array, maxOutputLength: number): Uint8Array {
  try {
    return zstdDecompressSync(stored, { maxOutputLength });
  } catch (cause) {
    throw new CarCompressionInvalidError(0, 'a zstd frame is broken', cause);
  }
}

/** Opens the file and reads its footer and the head of its index. @throws CarError; any system error. */
export function openForestCar(path: string, limits: Partial<CarLimits> = {}): ForestCar {
  return new ForestCar(path, limits);
}
