import type { Digest } from '@waybill/digest';
import { hashWords, wordAt } from './digest-words.ts';

const SMALLEST = 64;

/** An entry: two words of the digest, the pin, and the entry before it with the same hash, counted from 1. */
const WORDS = 4;
const PIN = 2;
const NEXT = 3;

/**
 * Which pins a digest is in: a hash table with chains in two typed arrays, some 20 bytes for each digest of each pin. Digests
 * are told apart by their first 64 bits, as in a `DigestSet`: a blob too many is pinned, and never one too few.
 */
export class PinIndex {
  #entries = new Uint32Array(WORDS * SMALLEST);
  #heads = new Uint32Array(SMALLEST);
  #size = 0;

  /** Entries, those of pins that have ended included. */
  get size(): number {
    return this.#size;
  }

  /** Pins are numbers of 32 bits; all digests of one come before those of the next. @returns Whether it was not in that pin before. */
  add(digest: Digest, pin: number): boolean {
    for (const latest of this.pinsOf(digest)) {
      if (latest === pin) return false;
      break;
    }
    if (this.#size === this.#heads.length) this.#resize(2 * this.#size);
    const entries = this.#entries;
    const at = WORDS * this.#size;
    entries[at] = wordAt(digest, 0);
    entries[at + 1] = wordAt(digest, 4);
    entries[at + PIN] = pin;
    this.#link(this.#size);
    this.#size += 1;
    return true;
  }

  /** The latest first. */
  *pinsOf(digest: Digest): Generator<number, void, undefined> {
    const high = wordAt(digest, 0);
    const low = wordAt(digest, 4);
    const entries = this.#entries;
    for (let entry = this.#heads[this.#placeOf(high, low)] ?? 0; entry > 0;) {
      const at = WORDS * (entry - 1);
      if (entries[at] === high && entries[at + 1] === low) yield entries[at + PIN] ?? 0;
      entry = entries[at + NEXT] ?? 0;
    }
  }

  /** Forgets all other pins. */
  keep(isKept: (pin: number) => boolean): void {
    const entries = this.#entries;
    let kept = 0;
    for (let entry = 0; entry < this.#size; entry += 1) {
      const at = WORDS * entry;
      if (!isKept(entries[at + PIN] ?? 0)) continue;
      entries.copyWithin(WORDS * kept, at, at + NEXT);
      kept += 1;
    }
    this.#size = kept;
    let capacity = SMALLEST;
    while (capacity < kept) capacity *= 2;
    this.#resize(capacity);
  }

  #placeOf(high: number, low: number): number {
    return hashWords(high, low) & (this.#heads.length - 1);
  }

  #link(entry: number): void {
    const at = WORDS * entry;
    const place = this.#placeOf(this.#entries[at] ?? 0, this.#entries[at + 1] ?? 0);
    this.#entries[at + NEXT] = this.#heads[place] ?? 0;
    this.#heads[place] = entry + 1;
  }

  #resize(capacity: number): void {
    const entries = new Uint32Array(WORDS * capacity);
    entries.set(this.#entries.subarray(0, WORDS * this.#size));
    this.#entries = entries;
    this.#heads = new Uint32Array(capacity);
    for (let entry = 0; entry < this.#size; entry += 1) this.#link(entry);
  }
}
