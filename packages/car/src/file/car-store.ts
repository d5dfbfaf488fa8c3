import { closeSync } from 'node:fs';
import { CidParts, type CidBytes, readCid } from '../codec/cid.ts';
import { type CarIndex, openCarIndex, type SharedCarIndex } from '../index/car-index.ts';
import { type CarSource, reopenSource } from './car-source.ts';
import { removeScratch } from './scratch-files.ts';
import { type ReadRunsOptions, RunReader, type RunVisitor } from './run-reader.ts';

/** What makes a store in another thread; goes through `postMessage`. */
export interface SharedCarStore {
  readonly index: SharedCarIndex;
}

/** Blocks of one or several CAR files, read by CID or by place. Not for two threads: open one in each. */
export interface CarStore extends Disposable {
  /** Of the first file. */
  readonly roots: readonly CidBytes[];
  readonly version: 1 | 2;
  readonly files: readonly CarSource[];
  readonly index: CarIndex;
  /** For `openSharedCarStore` in another thread. */
  readonly shared: SharedCarStore;
  /** The ordinal of a CID; -1 for none. */
  find(bytes: Uint8Array, cidStart: number, cidLength: number): number;
  /** A copy of the data of a block; `undefined` when no file has it. */
  get(cid: CidBytes): Uint8Array | undefined;
  /** A copy of the CID of a frame. */
  cidOf(ordinal: number): CidBytes;
  /** Reads frames of sorted ordinals in few large reads; see {@link RunReader}. */
  readRuns(ordinals: Uint32Array, options: ReadRunsOptions, visit: RunVisitor): void;
  /** How many reads were made so far, and how many bytes they brought. */
  readonly readCount: number;
  readonly readBytes: number;
  close(): void;
}

/** The same store in another thread, with descriptors of its own. @throws CarFileChangedError; any system error. */
export function openSharedCarStore({ index }: SharedCarStore): CarStore {
  return new IndexedCarStore(openCarIndex(index));
}

export class IndexedCarStore implements CarStore {
  readonly index: CarIndex;
  /** There is one file at least. */
  readonly #first: CarSource;
  readonly #fds: number[] = [];
  readonly #reader: RunReader;
  readonly #one = new Uint32Array(1);
  readonly #asked = new CidParts();
  readonly #found = new CidParts();
  readonly #scratch: readonly string[];
  #closed = false;

  /** @param scratch Files that go when the store is closed. */
  constructor(index: CarIndex, scratch: readonly string[] = []) {
    this.index = index;
    this.#first = index.files[0] as CarSource;
    this.#scratch = scratch;
    try {
      for (const file of index.files) this.#fds.push(reopenSource(file));
    } catch (error) {
      this.close();
      throw error;
    }
    this.#reader = new RunReader(index, this.#fds);
  }

  get roots(): readonly CidBytes[] {
    return this.#first.roots;
  }

  get version(): 1 | 2 {
    return this.#first.version;
  }

  get files(): readonly CarSource[] {
    return this.index.files;
  }

  get shared(): SharedCarStore {
    return { index: this.index.shared };
  }

  get readCount(): number {
    return this.#reader.reads;
  }

  get readBytes(): number {
    return this.#reader.readBytes;
  }

  find(bytes: Uint8Array, cidStart: number, cidLength: number): number {
    return this.index.find(bytes, cidStart, cidLength);
  }

  get(cid: CidBytes): Uint8Array | undefined {
    const ordinal = this.index.find(cid, 0, cid.length);
    if (ordinal < 0) return undefined;
    let data: Uint8Array | undefined;
    this.#visit(ordinal, (_ordinal, bytes, _frameStart, cidStart, dataStart, end) => {
      if (this.#isSameBlock(cid, bytes, cidStart, dataStart)) data = bytes.slice(dataStart, end);
    });
    return data;
  }

  cidOf(ordinal: number): CidBytes {
    let cid: CidBytes = new Uint8Array(0);
    this.#visit(ordinal, (_ordinal, bytes, _frameStart, cidStart, dataStart) => {
      cid = bytes.slice(cidStart, dataStart);
    });
    return cid;
  }

  readRuns(ordinals: Uint32Array, options: ReadRunsOptions, visit: RunVisitor): void {
    this.#assertOpen();
    this.#reader.read(ordinals, options, visit);
  }

  close(): void {
    this.#closed = true;
    // Each is closed once, also when that fails.
    for (let fd = this.#fds.pop(); fd !== undefined; fd = this.#fds.pop()) closeSync(fd);
    removeScratch(this.#scratch);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #visit(ordinal: number, visit: RunVisitor): void {
    this.#assertOpen();
    this.#one[0] = ordinal;
    this.#reader.read(this.#one, {}, visit);
  }

  /** The index compares 96 bits, this all of them. */
  #isSameBlock(cid: CidBytes, bytes: Uint8Array, cidStart: number, dataStart: number): boolean {
    const asked = this.#asked;
    const found = this.#found;
    readCid(cid, 0, cid.length, asked);
    readCid(bytes, cidStart, dataStart, found);
    if (asked.codec !== found.codec || asked.hashCode !== found.hashCode) return false;
    const digest = bytes.subarray(found.digestStart, found.digestStart + found.digestLength);
    return Buffer.compare(cid.subarray(asked.digestStart, asked.digestStart + asked.digestLength), digest) === 0;
  }

  #assertOpen(): void {
    if (this.#closed) throw new TypeError('the store is closed');
  }
}
