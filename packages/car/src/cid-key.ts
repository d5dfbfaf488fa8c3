import { randomBytes } from 'node:crypto';
import { CidParts, HASH_BLAKE2B_256, isUsualCid, readCid, USUAL_CID_BYTES, USUAL_PREFIX_BYTES } from './codec/cid.ts';

/** Eight secret words. Who makes up CIDs cannot know which of them share a key, or meet in a table. */
export type KeySeed = readonly number[];
export const KEY_SEED_WORDS = 8;

export function randomKeySeed(): KeySeed {
  const words = new Uint32Array(Uint8Array.from(randomBytes(4 * KEY_SEED_WORDS)).buffer);
  return Array.from(words, (word) => word | 0);
}

/**
 * Makes 128 bits of codec, hash function and digest: what tells blocks apart (a CID of version 0 and its twin of version 1 are
 * one block). Digests are as good as random, but nobody has checked that those in a file are digests: therefore every
 * byte goes through two multiplications with secret factors, and parts of the digest itself make the other half.
 * One instance belongs to one thread; its words are overwritten by the next call.
 */
export class CidKeyMaker {
  /** Four words; none is 0, which tables use for "empty". */
  readonly words = new Int32Array(4);
  readonly #parts = new CidParts();
  readonly #seed0: number;
  readonly #seed1: number;
  readonly #seed2: number;
  readonly #seed3: number;
  readonly #factor1: number;
  readonly #factor2: number;
  /** Where the second sum begins for a blake2b-256. */
  readonly #usualSecond: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));

  constructor(seed: KeySeed) {
    const [seed0 = 0, seed1 = 0, seed2 = 0, seed3 = 0, , , factor1 = 0, factor2 = 0] = Int32Array.from(seed);
    this.#seed0 = seed0;
    this.#seed1 = seed1;
    this.#seed2 = seed2;
    this.#seed3 = seed3;
    // Odd factors lose nothing.
    this.#factor1 = factor1 | 1;
    this.#factor2 = factor2 | 1;
    this.#usualSecond = Math.imul(seed1 ^ HASH_BLAKE2B_256 ^ (32 << 24), this.#factor2);
  }

  /** Fills `words`. @throws CidInvalidError, VarintInvalidError, CarTruncatedError. */
  make(bytes: Uint8Array, start: number, length: number): void {
    if (length === USUAL_CID_BYTES && isUsualCid(bytes, start)) {
      this.#hashUsual(this.#viewOf(bytes), start + USUAL_PREFIX_BYTES, bytes[start + 1] ?? 0);
      return;
    }
    const parts = this.#parts;
    readCid(bytes, start, start + length, parts);
    this.#hash(bytes, parts.digestStart, parts.digestLength, parts.codec, parts.hashCode);
  }

  /** The same bytes are asked for again and again: one view serves thousands of CIDs. */
  #viewOf(bytes: Uint8Array): DataView {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    return this.#view;
  }

  /** What `#hash` makes of a blake2b-256, without its loops: every link of a walk comes here. */
  #hashUsual(view: DataView, at: number, codec: number): void {
    const factor1 = this.#factor1;
    const factor2 = this.#factor2;
    const word0 = view.getInt32(at, true);
    const word1 = view.getInt32(at + 4, true);
    const word2 = view.getInt32(at + 8, true);
    const word3 = view.getInt32(at + 12, true);
    const word4 = view.getInt32(at + 16, true);
    const word5 = view.getInt32(at + 20, true);
    const word6 = view.getInt32(at + 24, true);
    const word7 = view.getInt32(at + 28, true);
    let first = mixFirst(Math.imul(this.#seed0 ^ codec, factor1), word0, factor1);
    let second = mixSecond(this.#usualSecond, word0, factor2);
    first = mixFirst(first, word1, factor1);
    second = mixSecond(second, word1, factor2);
    first = mixFirst(first, word2, factor1);
    second = mixSecond(second, word2, factor2);
    first = mixFirst(first, word3, factor1);
    second = mixSecond(second, word3, factor2);
    first = mixFirst(first, word4, factor1);
    second = mixSecond(second, word4, factor2);
    first = mixFirst(first, word5, factor1);
    second = mixSecond(second, word5, factor2);
    first = mixFirst(first, word6, factor1);
    second = mixSecond(second, word6, factor2);
    first = mixFirst(first, word7, factor1);
    second = mixSecond(second, word7, factor2);
    this.#finish(first, second, word7, word6);
  }

  #hash(bytes: Uint8Array, start: number, length: number, codec: number, hashCode: number): void {
    const factor1 = this.#factor1;
    const factor2 = this.#factor2;
    let first = Math.imul(this.#seed0 ^ codec, factor1) ^ Math.floor(codec / 0x1_0000_0000);
    let second = Math.imul(this.#seed1 ^ hashCode ^ (length << 24), factor2) ^ Math.floor(hashCode / 0x1_0000_0000);
    const view = this.#viewOf(bytes);
    const whole = start + (length & ~3);
    let at = start;
    for (; at < whole; at += 4) {
      const word = view.getInt32(at, true);
      first = mixFirst(first, word, factor1);
      second = mixSecond(second, word, factor2);
    }
    for (; at < start + length; at += 1) {
      const byte = bytes[at] ?? 0;
      first = Math.imul(first ^ byte, factor1) ^ (first >>> 15);
      second = Math.imul(second + byte, factor2) ^ (second >>> 15);
    }
    this.#finish(first, second, lastWord(view, start, length, 0), lastWord(view, start, length, 4));
  }

  /** @param last The last word of the digest. @param before The one before it. */
  #finish(first: number, second: number, last: number, before: number): void {
    const { words } = this;
    const word0 = finish(first ^ this.#seed2);
    const word1 = finish(second ^ this.#seed3);
    words[0] = word0 === 0 ? 1 : word0;
    words[1] = word1 === 0 ? 1 : word1;
    // Together with the first two these are as many bits of the digest as it has: chance alone makes no two keys equal.
    const word2 = last ^ Math.imul(word0, 0x9e37_79b1);
    const word3 = before ^ Math.imul(word1, 0x85eb_ca77);
    words[2] = word2 === 0 ? 1 : word2;
    words[3] = word3 === 0 ? 1 : word3;
  }
}

function mixFirst(sum: number, word: number, factor: number): number {
  const mixed = Math.imul(sum ^ word, factor);
  return (mixed << 13) | (mixed >>> 19);
}

function mixSecond(sum: number, word: number, factor: number): number {
  const mixed = Math.imul(sum + word, factor);
  return (mixed << 17) | (mixed >>> 15);
}

/** Four bytes of the digest, counted from its end; 0 where it is too short. */
function lastWord(view: DataView, start: number, length: number, before: number): number {
  return length < before + 4 ? 0 : view.getInt32(start + length - before - 4, true);
}

/** Lets every bit change every other one. */
function finish(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return mixed ^ (mixed >>> 16);
}
