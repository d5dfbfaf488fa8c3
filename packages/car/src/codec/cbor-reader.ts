import { CarTruncatedError, CborInvalidError } from '../errors.ts';
import { CidParts, readWholeCid } from './cid.ts';
import { MOST_CID_BYTES } from './limits.ts';
import { readArgument } from './scan-links.ts';

const KINDS = [
  'an unsigned integer',
  'a negative integer',
  'bytes',
  'a text',
  'a list',
  'a map',
  'a tag',
  'a simple value',
];
const NULL = 0xf6;
const parts = new CidParts();

/** Reads the few kinds of DAG-CBOR that headers are made of, item by item; every error has its offset. */
export class CborReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  at: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /** The count of a list; refused unless it is within bounds. An item has a byte at least, so that `most` is checked. */
  list(what: string, least: number, most: number): number {
    return this.#count(4, what, least, most);
  }

  map(what: string, least: number, most: number): number {
    return this.#count(5, what, least, most);
  }

  text(what: string): string {
    const part = this.#string(3, what);
    return Buffer.from(part.buffer, part.byteOffset, part.length).toString('utf8');
  }

  /** A copy. */
  byteString(what: string): Uint8Array {
    return Uint8Array.from(this.#string(2, what));
  }

  /** An integer of either sign, from -(2^53 - 1) to 2^53 - 1. */
  integer(what: string): number {
    const start = this.at;
    const value = this.skipInteger(what);
    if (!Number.isSafeInteger(value)) throw new CborInvalidError(start, `${what} is out of range`);
    return value;
  }

  /** An integer of up to 64 bits that nobody asks for; exact within 53 bits. */
  skipInteger(what: string): number {
    const isNegative = this.#peek(what) >> 5 === 1;
    const value = this.#head(isNegative ? 1 : 0, what);
    return isNegative ? -1 - value : value;
  }

  /** True, and the null is taken, or false, and nothing is. */
  takeNull(): boolean {
    if (this.at >= this.end || this.bytes[this.at] !== NULL) return false;
    this.at += 1;
    return true;
  }

  /** A copy of the CID in a link: tag 42, bytes, 0x00 in front. */
  link(what: string): Uint8Array {
    const start = this.at;
    if (this.#head(6, what) !== 42) throw new CborInvalidError(start, `${what} is no link`);
    const part = this.#string(2, what);
    if (part[0] !== 0 || part.length > MOST_CID_BYTES + 1) throw new CborInvalidError(start, `${what} is no link`);
    readWholeCid(this.bytes, this.at - part.length + 1, this.at, parts);
    return Uint8Array.from(part.subarray(1));
  }

  /** Links in a list. */
  links(what: string, most: number): Uint8Array[] {
    return Array.from({ length: this.list(what, 0, most) }, () => this.link(what));
  }

  #count(major: number, what: string, least: number, most: number): number {
    const start = this.at;
    const count = this.#head(major, what);
    if (count >= least && count <= most) return count;
    throw new CborInvalidError(
      start,
      `${what} has ${count} items, not ${least === most ? most : `${least} to ${most}`}`,
    );
  }

  #string(major: number, what: string): Uint8Array {
    const length = this.#head(major, what);
    const start = this.at;
    if (length > this.end - start) throw new CarTruncatedError(start, what, length, this.end - start);
    this.at += length;
    return this.bytes.subarray(start, this.at);
  }

  #peek(what: string): number {
    if (this.at >= this.end) throw new CarTruncatedError(this.at, what, 1, 0);
    return this.bytes[this.at] ?? 0;
  }

  #head(major: number, what: string): number {
    const first = this.#peek(what);
    if (first >> 5 !== major)
      throw new CborInvalidError(this.at, `${what} is ${KINDS[first >> 5] ?? ''}, not ${KINDS[major] ?? ''}`);
    const low = first & 0x1f;
    this.at += 1;
    if (low < 24) return low;
    const value = readArgument(this.bytes, this.at, this.end, major, low);
    this.at += 1 << (low - 24);
    return value;
  }
}
