import { type BlockPlace, readWord } from './pack-format.ts';

/** A block that is in no index yet; `pack` counts the packs of this call from 0. */
export interface PendingEntry extends BlockPlace {
  readonly sizeBytes: number;
}

/** For each entry: where its key begins, its pack, offset and length of the key in one, size of the data. */
const WORDS = 4;
const FIRST_ENTRIES = 64;
/** Of a usual chain: blake2b-256, and 32 bytes. */
const USUAL_KEY_BYTES = 4 + 32;

/**
 * Keys that wait for their commit, 36 + 16 + 8 bytes for each, and none of them twice. There is no object for each: a million
 * of them is usual.
 */
export class PendingIndex {
  #keys = new Uint8Array(FIRST_ENTRIES * USUAL_KEY_BYTES);
  #keyBytes = 0;
  #words = new Uint32Array(FIRST_ENTRIES * WORDS);
  #count = 0;
  readonly #usualKey = new Uint8Array(USUAL_KEY_BYTES);
  /** Open addressing: 1 + the number of an entry, at the end of its digest. */
  #table = new Uint32Array(FIRST_ENTRIES * 2);

  get count(): number {
    return this.#count;
  }

  has(key: Uint8Array): boolean {
    return this.#table[this.#slotOf(key)] !== 0;
  }

  /** The key must be new. */
  add(key: Uint8Array, { pack, offset, sizeBytes }: PendingEntry): void {
    this.#reserve(key.length);
    this.#table[this.#slotOf(key)] = this.#count + 1;
    this.#keys.set(key, this.#keyBytes);
    const at = this.#count * WORDS;
    this.#words[at] = this.#keyBytes;
    this.#words[at + 1] = pack;
    this.#words[at + 2] = offset * 0x1_0000 + key.length;
    this.#words[at + 3] = sizeBytes;
    this.#keyBytes += key.length;
    this.#count += 1;
  }

  /** Good until the next key is asked for: one array serves all keys of the usual length. */
  key(entry: number): Uint8Array {
    const [start, length] = [this.#startOf(entry), this.#lengthOf(entry)];
    if (length !== USUAL_KEY_BYTES) return this.#keys.subarray(start, start + length);
    for (let at = 0; at < USUAL_KEY_BYTES; at += 1) this.#usualKey[at] = this.#keys[start + at] ?? 0;
    return this.#usualKey;
  }

  entry(entry: number): PendingEntry {
    const words = this.#words;
    const at = entry * WORDS;
    return { pack: words[at + 1] ?? 0, offset: (words[at + 2] ?? 0) >>> 16, sizeBytes: words[at + 3] ?? 0 };
  }

  /** All entries by the beginnings of their digests: near enough to the order of LMDB, so that each of its pages is visited once. */
  sorted(): Float64Array {
    const order = new Float64Array(this.#count);
    for (let entry = 0; entry < this.#count; entry += 1) {
      // blake2b-256 as a varint, and the length: the same for nearly all.
      const digestStart = this.#startOf(entry) + Math.min(PREFIX_BYTES, this.#lengthOf(entry) - 4);
      order[entry] = readWord(this.#keys, digestStart) * ENTRIES + entry;
    }
    // Without a function that compares, numbers are sorted ten times as fast.
    order.sort();
    for (let at = 0; at < order.length; at += 1) order[at] = (order[at] ?? 0) % ENTRIES;
    return order;
  }

  clear(): void {
    this.#keyBytes = 0;
    this.#count = 0;
    this.#table.fill(0);
  }

  #startOf(entry: number): number {
    return this.#words[entry * WORDS] ?? 0;
  }

  #lengthOf(entry: number): number {
    return (this.#words[entry * WORDS + 2] ?? 0) & 0xffff;
  }

  /** Where the key is in the table, or would be. */
  #slotOf(key: Uint8Array): number {
    const mask = this.#table.length - 1;
    let slot = readWord(key, key.length - 4) & mask;
    for (let held = this.#table[slot] ?? 0; held !== 0; held = this.#table[slot] ?? 0) {
      if (this.#isKey(held - 1, key)) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #isKey(entry: number, key: Uint8Array): boolean {
    if (this.#lengthOf(entry) !== key.length) return false;
    const start = this.#startOf(entry);
    for (let at = key.length - 1; at >= 0; at -= 1) if (this.#keys[start + at] !== key[at]) return false;
    return true;
  }

  #reserve(keyLength: number): void {
    if (this.#keyBytes + keyLength > this.#keys.length) this.#keys = doubled(this.#keys, Uint8Array, keyLength);
    if (this.#count * WORDS < this.#words.length) return;
    this.#words = doubled(this.#words, Uint32Array);
    this.#table = new Uint32Array(this.#table.length * 2);
    for (let entry = 0; entry < this.#count; entry += 1) this.#table[this.#slotOf(this.key(entry))] = entry + 1;
  }
}

/** An order holds 32 bits of a digest and the number of an entry, exactly. */
const ENTRIES = 2 ** 21;
/** A commit may be due by then, with room for what one more pack holds. */
export const MOST_PENDING = ENTRIES - 4096;

const PREFIX_BYTES = 3 + 1;

function doubled<T extends Uint8Array | Uint32Array>(from: T, Kind: new (length: number) => T, least = 0): T {
  const larger = new Kind(from.length * 2 + least);
  larger.set(from);
  return larger;
}
