import { randomBytes } from 'node:crypto';
import { CidParts, HASH_BLAKE2B_256, readCid } from './codec/cid.ts';

/** Eight secret words. Who makes up CIDs cannot know which of them share a key, or meet in a table. */
export type KeySeed = readonly number[];
export const KEY_SEED_WORDS = 8;

export function randomKeySeed(): KeySeed {
  const words = new Uint32Array(Uint8Array.from(randomBytes(4 * KEY_SEED_WORDS)).buffer);
  return Array.from(words, (word) => word | 0);
}

const BLAKE2B_PREFIX_BYTES = 6;
const USUAL_CID_BYTES = 38;

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
  readonly #seed: Int32Array;
  readonly #factor1: number;
  readonly #factor2: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));

  constructor(seed: KeySeed) {
    this.#seed = Int32Array.from(seed);
    // Odd factors lose nothing.
    this.#factor1 = (seed[6] ?? 0) | 1;
    this.#factor2 = (seed[7] ?? 0) | 1;
  }

  /** Fills `words`. @throws CidInvalidError, VarintInvalidError, CarTruncatedError. */
  make(bytes: Uint8Array, start: number, length: number): void {
    if (length === USUAL_CID_BYTES && isBlake2b(bytes, start)) {
      this.#hash(bytes, start + BLAKE2B_PREFIX_BYTES, 32, bytes[start + 1] ?? 0, HASH_BLAKE2B_256);
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

  #hash(bytes: Uint8Array, start: number, length: number, codec: number, hashCode: number): void {
    const { words } = this;
    const seed = this.#seed;
    const factor1 = this.#factor1;
    const factor2 = this.#factor2;
    let first = Math.imul((seed[0] ?? 0) ^ codec, factor1) ^ Math.floor(codec / 0x1_0000_0000);
    let second = Math.imul((seed[1] ?? 0) ^ hashCode ^ (length << 24), factor2) ^ Math.floor(hashCode / 0x1_0000_0000);
    const view = this.#viewOf(bytes);
    const whole = start + (length & ~3);
    let at = start;
    for (; at < whole; at += 4) {
      const word = view.getInt32(at, true);
      first = Math.imul(first ^ word, factor1);
      first = (first << 13) | (first >>> 19);
      second = Math.imul(second + word, factor2);
      second = (second << 17) | (second >>> 15);
    }
    for (; at < start + length; at += 1) {
      const byte = bytes[at] ?? 0;
      first = Math.imul(first ^ byte, factor1) ^ (first >>> 15);
      second = Math.imul(second + byte, factor2) ^ (second >>> 15);
    }
    first = finish(first ^ (seed[2] ?? 0));
    second = finish(second ^ (seed[3] ?? 0));
    words[0] = first === 0 ? 1 : first;
    words[1] = second === 0 ? 1 : second;
    // Together with the first two these are as many bits of the digest as it has: chance alone makes no two keys equal.
    const third = lastWord(view, start, length, 0) ^ Math.imul(first, 0x9e37_79b1);
    const fourth = lastWord(view, start, length, 4) ^ Math.imul(second, 0x85eb_ca77);
    words[2] = third === 0 ? 1 : third;
    words[3] = fourth === 0 ? 1 : fourth;
  }
}

function isBlake2b(bytes: Uint8Array, start: number): boolean {
  return (
    bytes[start] === 1 &&
    (bytes[start + 1] ?? 0) < 0x80 &&
    bytes[start + 2] === 0xa0 &&
    bytes[start + 3] === 0xe4 &&
    bytes[start + 4] === 0x02 &&
    bytes[start + 5] === 0x20
  );
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
