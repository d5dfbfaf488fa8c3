import { CidKeyMaker, type KeySeed } from '../cid-key.ts';
import type { LinkBuffer } from '../codec/link-buffer.ts';
import type { CarSource } from '../file/car-source.ts';

/** What makes an index in another thread; goes through `postMessage`. */
export interface SharedCarIndex {
  readonly files: readonly CarSource[];
  readonly blockCount: number;
  readonly uniqueCount: number;
  readonly seed: KeySeed;
  /** Place of each frame, low 32 bits and high 8, and one more entry: the end of the last frame. */
  readonly low: SharedArrayBuffer;
  readonly high: SharedArrayBuffer;
  /** Hash table: 64 bits of the key, and the ordinal + 1, in 12 bytes; 0 for an empty slot. */
  readonly slots: SharedArrayBuffer;
}

/**
 * Where the blocks of CAR files stand. A frame is known by its ordinal: frames are numbered by file and offset, so that sorted
 * ordinals are in the order in which they stand on the disk. About 20.5 bytes a block, in memory that threads share.
 *
 * Places count through all files: those of the second file go on where the frames of the first one end. So 5 bytes
 * hold any place up to 1 TiB, and a frame's length is the distance to the next place.
 * The table compares 96 bits made from the CID (32 for the slot, 64 in it): among 100 million blocks, two are confused
 * with a chance of 1 in 10^13.
 */
export interface CarIndex {
  /** Frames, those that repeat a CID included. */
  readonly blockCount: number;
  /** CIDs. */
  readonly uniqueCount: number;
  readonly files: readonly CarSource[];
  readonly shared: SharedCarIndex;
  /** The ordinal of the first frame with this CID; -1 for none. @throws CidInvalidError and others for no CID. */
  find(bytes: Uint8Array, cidStart: number, cidLength: number): number;
  /**
   * `find` for all links of a block: `found`, which has room for them, gets their ordinals, and -1 for none. Quicker:
   * the table is larger than the caches, and the processor waits for all slots at once, not for one after the other.
   */
  findLinks(bytes: Uint8Array, links: LinkBuffer, found: Float64Array): void;
  /** Where the frame begins, from the beginning of its (unpacked) file. */
  offset(ordinal: number): number;
  /** Bytes of the frame: varint, CID and data. */
  frameLength(ordinal: number): number;
  /** Index into `files`. */
  fileOf(ordinal: number): number;
}

export const SLOT_WORDS = 3;

/** Of a link: the slot where its search begins, what stands there, and the two words of its key that are compared. */
const LOOK_WORDS = 4;

/** How full the table is: 12 / 0.78 = 15.4 bytes a block, and 5 for its place. */
const LOAD = 0.78;
const LEAST_SLOTS = 16;

export function slotCountFor(uniqueCount: number): number {
  return Math.max(LEAST_SLOTS, Math.ceil(uniqueCount / LOAD));
}

/** The slot where the search for a key begins. */
export function homeSlot(firstWord: number, slotCount: number): number {
  return Math.floor(((firstWord >>> 0) / 0x1_0000_0000) * slotCount);
}

/** The index that another thread has made, or a file. */
export function openCarIndex(shared: SharedCarIndex): CarIndex {
  return new TableIndex(shared);
}

class TableIndex implements CarIndex {
  readonly shared: SharedCarIndex;
  readonly blockCount: number;
  readonly uniqueCount: number;
  readonly files: readonly CarSource[];
  readonly #low: Uint32Array;
  readonly #high: Uint8Array;
  readonly #slots: Int32Array;
  readonly #slotCount: number;
  readonly #keys: CidKeyMaker;
  /** What to add to a place in this file to have its offset. */
  readonly #shifts: readonly number[];
  /** {@link LOOK_WORDS} for each link. Whole numbers of 32 bits: with the slot as a double, a look took a seventh longer. */
  #looks = new Int32Array(LOOK_WORDS * 64);

  constructor(shared: SharedCarIndex) {
    this.shared = shared;
    this.blockCount = shared.blockCount;
    this.uniqueCount = shared.uniqueCount;
    this.files = shared.files;
    this.#low = new Uint32Array(shared.low);
    this.#high = new Uint8Array(shared.high);
    this.#slots = new Int32Array(shared.slots);
    this.#slotCount = this.#slots.length / SLOT_WORDS;
    this.#keys = new CidKeyMaker(shared.seed);
    this.#shifts = shiftsOf(shared.files);
  }

  find(bytes: Uint8Array, cidStart: number, cidLength: number): number {
    this.#keys.make(bytes, cidStart, cidLength);
    const { words } = this.#keys;
    return this.#probe(homeSlot(words[0] ?? 0, this.#slotCount), words[1] ?? 0, words[2] ?? 0);
  }

  findLinks(bytes: Uint8Array, links: LinkBuffer, found: Float64Array): void {
    const { count } = links;
    const keys = this.#keys;
    const { words } = keys;
    const slots = this.#slots;
    const slotCount = this.#slotCount;
    if (LOOK_WORDS * count > this.#looks.length) this.#looks = new Int32Array(2 * LOOK_WORDS * count);
    const looks = this.#looks;
    for (let link = 0, look = 0; link < count; link += 1, look += LOOK_WORDS) {
      keys.make(bytes, links.offset(link), links.length(link));
      looks[look] = homeSlot(words[0] ?? 0, slotCount);
      looks[look + 2] = words[1] ?? 0;
      looks[look + 3] = words[2] ?? 0;
    }
    // Loads alone, none of which depends on another: this is what the time goes to.
    for (let link = 0, look = 0; link < count; link += 1, look += LOOK_WORDS)
      looks[look + 1] = slots[(looks[look] ?? 0) * SLOT_WORDS + 2] ?? 0;
    for (let link = 0, look = 0; link < count; link += 1, look += LOOK_WORDS) {
      const isEmpty = looks[look + 1] === 0;
      found[link] = isEmpty ? -1 : this.#probe(looks[look] ?? 0, looks[look + 2] ?? 0, looks[look + 3] ?? 0);
    }
  }

  #probe(home: number, second: number, third: number): number {
    const slots = this.#slots;
    let slot = home;
    for (let left = this.#slotCount; left > 0; left -= 1) {
      const at = slot * SLOT_WORDS;
      const ordinal = slots[at + 2] ?? 0;
      if (ordinal === 0) return -1;
      if (slots[at] === second && slots[at + 1] === third) return (ordinal >>> 0) - 1;
      slot += 1;
      if (slot === this.#slotCount) slot = 0;
    }
    return -1;
  }

  offset(ordinal: number): number {
    return this.#place(ordinal) + (this.#shifts[this.fileOf(ordinal)] ?? 0);
  }

  frameLength(ordinal: number): number {
    return this.#place(ordinal + 1) - this.#place(ordinal);
  }

  fileOf(ordinal: number): number {
    let file = this.files.length - 1;
    while (file > 0 && ordinal < (this.files[file]?.firstOrdinal ?? 0)) file -= 1;
    return file;
  }

  #place(ordinal: number): number {
    if (ordinal > this.blockCount) throw new RangeError(`there is no frame ${ordinal}`);
    return (this.#low[ordinal] ?? 0) + (this.#high[ordinal] ?? 0) * 0x1_0000_0000;
  }
}

function shiftsOf(files: readonly CarSource[]): number[] {
  let place = 0;
  return files.map(({ framesStart, framesEnd }) => {
    const shift = framesStart - place;
    place += framesEnd - framesStart;
    return shift;
  });
}
