import { CidKeyMaker, type KeySeed, randomKeySeed } from '../cid-key.ts';
import { CarIndexInvalidError } from '../errors.ts';
import type { CarSource } from '../file/car-source.ts';
import { homeSlot, type SharedCarIndex, SLOT_WORDS, slotCountFor } from './car-index.ts';
import { GrowingWords } from './growing-words.ts';

/** Ordinals have 32 bits, and 0 stands for none. */
const MOST_BLOCKS = 2 ** 32 - 2;
/** Places have 40 bits. */
const MOST_PLACE = 2 ** 40;

/** Gathers places and keys of frames, file after file, and then makes the tables, whose size is known by then. */
export class IndexBuilder {
  readonly #seed: KeySeed = randomKeySeed();
  readonly #keys = new CidKeyMaker(this.#seed);
  readonly #places = new GrowingWords();
  readonly #words = new GrowingWords();
  #blockCount = 0;
  /** Where the frames of the file before ended. */
  #base = 0;
  #framesStart = 0;

  get blockCount(): number {
    return this.#blockCount;
  }

  beginFile(framesStart: number): void {
    this.#framesStart = framesStart;
  }

  endFile(framesEnd: number): void {
    this.#base += framesEnd - this.#framesStart;
  }

  /** A frame at `offset` of the file; all frames, in their order. */
  add(bytes: Uint8Array, cidStart: number, cidLength: number, offset: number): void {
    const place = this.#base + offset - this.#framesStart;
    if (place >= MOST_PLACE || this.#blockCount >= MOST_BLOCKS)
      throw new CarIndexInvalidError(offset, `an index holds ${MOST_BLOCKS} blocks and ${MOST_PLACE} bytes at most`);
    this.#keys.make(bytes, cidStart, cidLength);
    const { words } = this.#keys;
    this.#words.push(words[0] ?? 0);
    this.#words.push(words[1] ?? 0);
    this.#words.push(words[2] ?? 0);
    this.#places.push(place | 0);
    this.#places.push(Math.floor(place / 0x1_0000_0000));
    this.#blockCount += 1;
  }

  finish(files: readonly CarSource[]): SharedCarIndex {
    const blockCount = this.#blockCount;
    const { low, high } = this.#drainPlaces(blockCount);
    const { slots, uniqueCount } = this.#drainKeys(blockCount);
    return { files, blockCount, uniqueCount, seed: this.#seed, low, high, slots };
  }

  #drainPlaces(blockCount: number): { low: SharedArrayBuffer; high: SharedArrayBuffer } {
    const low = new Uint32Array(new SharedArrayBuffer(4 * (blockCount + 1)));
    const high = new Uint8Array(new SharedArrayBuffer(blockCount + 1));
    let ordinal = 0;
    for (const chunk of this.#places.drain()) {
      for (let at = 0; at < chunk.length; at += 2) {
        low[ordinal] = chunk[at] ?? 0;
        high[ordinal] = chunk[at + 1] ?? 0;
        ordinal += 1;
      }
    }
    low[ordinal] = this.#base;
    high[ordinal] = Math.floor(this.#base / 0x1_0000_0000);
    return { low: low.buffer, high: high.buffer };
  }

  #drainKeys(blockCount: number): { slots: SharedArrayBuffer; uniqueCount: number } {
    const slotCount = slotCountFor(blockCount);
    const slots = new Int32Array(new SharedArrayBuffer(slotCount * SLOT_WORDS * 4));
    let ordinal = 0;
    let uniqueCount = 0;
    for (const chunk of this.#words.drain()) {
      for (let at = 0; at < chunk.length; at += 3) {
        ordinal += 1;
        const home = homeSlot(chunk[at] ?? 0, slotCount);
        if (insert(slots, slotCount, home, chunk[at + 1] ?? 0, chunk[at + 2] ?? 0, ordinal)) uniqueCount += 1;
      }
    }
    return { slots: slots.buffer, uniqueCount };
  }
}

/** False where the key is there already: of frames with the same CID, the first one counts. */
function insert(
  slots: Int32Array,
  slotCount: number,
  home: number,
  second: number,
  third: number,
  ordinalPlusOne: number,
): boolean {
  for (let slot = home; ; slot = slot + 1 === slotCount ? 0 : slot + 1) {
    const at = slot * SLOT_WORDS;
    if (slots[at + 2] === 0) {
      slots[at] = second;
      slots[at + 1] = third;
      slots[at + 2] = ordinalPlusOne;
      return true;
    }
    if (slots[at] === second && slots[at + 1] === third) return false;
  }
}
