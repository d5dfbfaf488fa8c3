import { CarHeaderInvalidError } from '../errors.ts';
import { encodeCarHeader } from '../codec/car-header.ts';
import type { CidBytes } from '../codec/cid.ts';
import { varintLength, writeVarint } from '../codec/varint.ts';
import type { ByteSink } from './byte-sink.ts';
import { WriteBehind } from './write-behind.ts';

/**
 * What takes the frames of a CAR: {@link CarWriter}, or the forest writer. To be disposed of before the sink is given up: that
 * waits for the write under way, whose failure only the other calls tell.
 */
export interface FrameWriter extends AsyncDisposable {
  /** Takes a whole frame as it stands: `varint length | CID | data`. Copies it, and never waits. */
  push(bytes: Uint8Array, start: number, end: number): void;
  /** Takes `count` whole frames that stand one after the other. */
  pushRow(bytes: Uint8Array, start: number, end: number, count: number): void;
  /** Takes a block, and makes its frame. */
  pushBlock(cid: CidBytes, data: Uint8Array): void;
  /** Begins a block of any size: `head` is its `varint length | CID`, and `sizeBytes` of data follow by `continueBlock`. */
  beginBlock(head: Uint8Array, start: number, end: number, sizeBytes: number): void;
  /** Takes the next part of that block; `flush` may be called between. */
  continueBlock(data: Uint8Array): void;
  /** True when more than the write buffer holds is waiting: call `writeBehind` before going on. */
  readonly isFull: boolean;
  /** Begins to hand everything that waits to the sink; resolves when the write before has ended, and the next frames may come. */
  writeBehind(): Promise<void>;
  /** Hands everything that waits to the sink; resolves when it has taken it. */
  flush(): Promise<void>;
  /** To be called once. The sink is not ended: that is up to who opened it. */
  end(): Promise<CarSummary>;
}

export interface CarSummary {
  readonly blockCount: number;
  /** Bytes of the CAR, its header included, before any compression. */
  readonly sizeBytes: number;
}

export interface CarWriterOptions {
  roots: readonly CidBytes[];
  /** Bytes that are gathered before a write; default 1,048,576, as Lotus has it. */
  writeBufferBytes?: number | undefined;
}

export const DEFAULT_WRITE_BUFFER_BYTES = 1024 * 1024;

/**
 * Writes a CARv1. The frames that come between two writes are gathered in one buffer, which grows where they are more than
 * was reckoned with; a second one is with the sink meanwhile.
 */
export class CarWriter implements FrameWriter {
  readonly #writes: WriteBehind;
  readonly #limit: number;
  #buffer: Uint8Array;
  /** The one that was written last. */
  #other: Uint8Array = new Uint8Array(0);
  #used = 0;
  #blockCount = 0;
  #flushed = 0;
  #ended = false;

  constructor(sink: ByteSink, { roots, writeBufferBytes = DEFAULT_WRITE_BUFFER_BYTES }: CarWriterOptions) {
    if (!(writeBufferBytes >= 0)) throw new RangeError(`${writeBufferBytes} is no size of a buffer`);
    if (roots.length === 0) throw new CarHeaderInvalidError(0, 'a CAR without roots would not be read by anybody');
    this.#writes = new WriteBehind(sink);
    this.#limit = writeBufferBytes;
    const header = encodeCarHeader(roots);
    this.#buffer = new Uint8Array(Math.max(header.length, writeBufferBytes + writeBufferBytes / 4));
    this.#append(header, 0, header.length);
  }

  get isFull(): boolean {
    return this.#used >= this.#limit;
  }

  /** Bytes of the CAR so far: where the next frame begins. */
  get sizeBytes(): number {
    return this.#flushed + this.#used;
  }

  push(bytes: Uint8Array, start: number, end: number): void {
    this.#append(bytes, start, end);
    this.#blockCount += 1;
  }

  pushRow(bytes: Uint8Array, start: number, end: number, count: number): void {
    this.#append(bytes, start, end);
    this.#blockCount += count;
  }

  pushBlock(cid: CidBytes, data: Uint8Array): void {
    const length = cid.length + data.length;
    this.#reserve(varintLength(length) + length);
    this.#used = writeVarint(length, this.#buffer, this.#used);
    this.#append(cid, 0, cid.length);
    this.#append(data, 0, data.length);
    this.#blockCount += 1;
  }

  beginBlock(head: Uint8Array, start: number, end: number): void {
    this.push(head, start, end);
  }

  continueBlock(data: Uint8Array): void {
    this.#append(data, 0, data.length);
  }

  async writeBehind(): Promise<void> {
    if (this.#used === 0) return;
    await this.#writes.settle();
    const full = this.#buffer.subarray(0, this.#used);
    const other = this.#other;
    this.#other = this.#buffer;
    this.#buffer = other;
    this.#used = 0;
    this.#flushed += full.length;
    this.#writes.begin(full);
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
    this.#ended = true;
    await this.flush();
    return { blockCount: this.#blockCount, sizeBytes: this.#flushed };
  }

  #append(bytes: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    if (end - start < SHORT_BYTES) copyShort(bytes, start, end, this.#buffer, this.#used);
    else this.#buffer.set(bytes.subarray(start, end), this.#used);
    this.#used += end - start;
  }

  #reserve(length: number): void {
    if (this.#ended) throw new TypeError('the CAR has ended');
    const needed = this.#used + length;
    if (needed <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#other.length, 2 * this.#buffer.length));
    larger.set(this.#buffer.subarray(0, this.#used));
    this.#buffer = larger;
  }
}

/** Below this, a loop is quicker than a view of the part. */
const SHORT_BYTES = 64;

function copyShort(from: Uint8Array, start: number, end: number, into: Uint8Array, at: number): void {
  for (let next = start, to = at; next < end; next += 1, to += 1) into[to] = from[next] ?? 0;
}
