import { CidParts, readCid } from '../codec/cid.ts';
import { readVarint, varintLength } from '../codec/varint.ts';
import { type CarError, CarFileChangedError } from '../errors.ts';
import type { CarIndex } from '../index/car-index.ts';
import { type CarSource, readFully } from './car-source.ts';

/** One frame, `varint length | CID | data`, among other bytes. They are overwritten after the call: copy what is kept. */
export type RunVisitor = (
  ordinal: number,
  bytes: Uint8Array,
  frameStart: number,
  cidStart: number,
  dataStart: number,
  end: number,
) => void;

export interface ReadRunsOptions {
  /** Read over gaps of up to this many bytes instead of a second read; default 16,384: copying them costs less than a call. */
  maxGap?: number | undefined;
  /** Bytes of one read; default 1,048,576. A larger frame has a read of its own. */
  maxRun?: number | undefined;
  /** Part of `ordinals`; default all. */
  from?: number | undefined;
  to?: number | undefined;
}

const DEFAULT_GAP = 16 * 1024;
const DEFAULT_RUN = 1024 * 1024;

/**
 * Reads frames of sorted ordinals in few large reads, each from the first frame of a run to its last one ("elevator").
 * Synchronous: a read from the page cache takes a microsecond, a trip through the thread pool twenty.
 */
export class RunReader {
  readonly #index: CarIndex;
  readonly #fds: readonly number[];
  readonly #cid = new CidParts();
  #buffer = new Uint8Array(new ArrayBuffer(DEFAULT_RUN));
  /** How many reads were made, and how many bytes they brought. */
  reads = 0;
  readBytes = 0;

  constructor(index: CarIndex, fds: readonly number[]) {
    this.#index = index;
    this.#fds = fds;
  }

  /** @throws CarFileChangedError where a frame is not what the index says; any system error. */
  read(ordinals: Uint32Array, options: ReadRunsOptions, visit: RunVisitor): void {
    const { maxGap = DEFAULT_GAP, maxRun = DEFAULT_RUN, from = 0, to = ordinals.length } = options;
    for (let first = from; first < to;) {
      const last = this.#lastOfRun(ordinals, first, to, maxGap, maxRun);
      this.#readRun(ordinals, first, last, visit);
      first = last + 1;
    }
  }

  #lastOfRun(ordinals: Uint32Array, first: number, to: number, maxGap: number, maxRun: number): number {
    const index = this.#index;
    const start = ordinals[first] ?? 0;
    const file = index.fileOf(start);
    const nextFile = index.files[file + 1]?.firstOrdinal ?? Infinity;
    const runStart = index.offset(start);
    let end = runStart + index.frameLength(start);
    let last = first;
    for (let next = first + 1; next < to; next += 1) {
      const ordinal = ordinals[next] ?? 0;
      if (ordinal >= nextFile) break;
      const offset = index.offset(ordinal);
      const frameEnd = offset + index.frameLength(ordinal);
      if (offset - end > maxGap || frameEnd - runStart > maxRun) break;
      end = frameEnd;
      last = next;
    }
    return last;
  }

  #readRun(ordinals: Uint32Array, first: number, last: number, visit: RunVisitor): void {
    const index = this.#index;
    const firstOrdinal = ordinals[first] ?? 0;
    const lastOrdinal = ordinals[last] ?? 0;
    const file = index.fileOf(firstOrdinal);
    const runStart = index.offset(firstOrdinal);
    const bytes = this.#load(file, runStart, index.offset(lastOrdinal) + index.frameLength(lastOrdinal) - runStart);
    for (let next = first; next <= last; next += 1) {
      const ordinal = ordinals[next] ?? 0;
      this.#visitFrame(ordinal, bytes, file, runStart, visit);
    }
  }

  #visitFrame(ordinal: number, bytes: Uint8Array, file: number, runStart: number, visit: RunVisitor): void {
    const index = this.#index;
    const start = index.offset(ordinal) - runStart;
    const end = start + index.frameLength(ordinal);
    let cidStart: number;
    let dataStart: number;
    try {
      const length = readVarint(bytes, start, end);
      cidStart = start + varintLength(length);
      if (cidStart + length !== end) throw new CarFileChangedError(start, 'a frame is not as long as the index says');
      dataStart = cidStart + readCid(bytes, cidStart, end, this.#cid);
    } catch (error) {
      throw (error as CarError).locate(this.#pathOf(file), runStart);
    }
    visit(ordinal, bytes, start, cidStart, dataStart, end);
  }

  #load(file: number, offset: number, length: number): Uint8Array {
    if (length > this.#buffer.length) this.#buffer = new Uint8Array(new ArrayBuffer(length));
    // The buffer itself, and no view of its part: whoever reads words from it makes his view of it once, and not for each run.
    const bytes = this.#buffer;
    const count = readFully(this.#fds[file] ?? -1, bytes, offset, length);
    this.reads += 1;
    this.readBytes += count;
    if (count < length) {
      const problem = `the file has ended, ${length - count} bytes before its index says`;
      throw new CarFileChangedError(count, problem).locate(this.#pathOf(file), offset);
    }
    return bytes;
  }

  #pathOf(file: number): string {
    return (this.#index.files[file] as CarSource).path;
  }
}
