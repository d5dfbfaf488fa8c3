import type { Digest } from '@waybill/digest';
import { hashWords, wordAt } from './digest-words.ts';

/** Grows when it is fuller than this: with linear probing, searches stay short below. */
const MOST_FULL = 0.6;
const SMALLEST = 16;

/**
 * A set of digests that are to be KEPT, by their first 64 bits: 8 bytes each in one typed array, so that a million of them
 * take 16 to 32 MB and no garbage collector ever walks them. Two digests with equal first 64 bits are taken for one, which
 * keeps a blob too many and never loses one.
 */
export class DigestSet {
  #words: Uint32Array;
  #capacity: number;
  #size = 0;
  /** The empty slot is (0, 0); a digest that begins with 64 zero bits is remembered here. */
  #hasZero = false;

  constructor(expected = 0) {
    this.#capacity = SMALLEST;
    while (this.#capacity * MOST_FULL < expected) this.#capacity *= 2;
    this.#words = new Uint32Array(2 * this.#capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** @returns Whether it was not in the set before. */
  add(digest: Digest): boolean {
    return this.#add(wordAt(digest, 0), wordAt(digest, 4));
  }

  /** @param hex At least 16 hex digits from `at` on, of either case. */
  addHex(hex: string, at = 0): void {
    this.#add(parseInt(hex.slice(at, at + 8), 16), parseInt(hex.slice(at + 8, at + 16), 16));
  }

  has(digest: Digest): boolean {
    const high = wordAt(digest, 0);
    const low = wordAt(digest, 4);
    if (high === 0 && low === 0) return this.#hasZero;
    const slot = this.#slotOf(high, low);
    return this.#words[slot] !== 0 || this.#words[slot + 1] !== 0;
  }

  #add(high: number, low: number): boolean {
    if (high === 0 && low === 0) {
      const isNew = !this.#hasZero;
      this.#size += isNew ? 1 : 0;
      this.#hasZero = true;
      return isNew;
    }
    const slot = this.#slotOf(high, low);
    if (this.#words[slot] !== 0 || this.#words[slot + 1] !== 0) return false;
    this.#words[slot] = high;
    this.#words[slot + 1] = low;
    this.#size += 1;
    if (this.#size > this.#capacity * MOST_FULL) this.#grow();
    return true;
  }

  /** Where the pair is, or the empty slot where it would go. */
  #slotOf(high: number, low: number): number {
    const mask = this.#capacity - 1;
    for (let index = hashWords(high, low) & mask; ; index = (index + 1) & mask) {
      const slot = 2 * index;
      const foundHigh = this.#words[slot];
      const foundLow = this.#words[slot + 1];
      if ((foundHigh === high && foundLow === low) || (foundHigh === 0 && foundLow === 0)) return slot;
    }
  }

  #grow(): void {
    const old = this.#words;
    this.#capacity *= 2;
    this.#words = new Uint32Array(2 * this.#capacity);
    for (let slot = 0; slot < old.length; slot += 2) {
      const high = old[slot] ?? 0;
      const low = old[slot + 1] ?? 0;
      if (high === 0 && low === 0) continue;
      const to = this.#slotOf(high, low);
      this.#words[to] = high;
      this.#words[to + 1] = low;
    }
  }
}
