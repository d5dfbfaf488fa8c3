import { CarIndexInvalidError, CarTruncatedError } from '../errors.ts';
import { readUint64 } from './uint64.ts';
import { readVarint, varintLength } from './varint.ts';

/** Digests alone, whatever made them. */
export const INDEX_SORTED = 0x0400;
/** Digests by hash function: what go-car writes. */
export const MULTIHASH_INDEX_SORTED = 0x0401;

/** Entries of one hash function and one length of digests, sorted: `digest | u64 offset`, side by side. */
export interface IndexBucket {
  /** `undefined` in an index of digests alone. */
  readonly hashCode: number | undefined;
  readonly digestLength: number;
  /** Where the first entry begins, and how many there are. */
  readonly start: number;
  readonly count: number;
}

/** Of an entry, after its digest. */
const OFFSET_BYTES = 8;
const MOST_DIGEST_BYTES = 512;
const MOST_BUCKETS = 65_536;

/**
 * The index at the end of a CARv2; https://ipld.io/specs/transport/car/carv2/#index-format
 * Little endian: `varint format`, then for 0x0401 `u32 functions | (u64 function | widths)…`, for 0x0400 `widths`;
 * widths: `u32 count | (u32 width | u64 bytes | entries)…`, where width is the length of a digest and 8 for the offset.
 * Offsets count from the beginning of the CARv1 inside.
 */
export class CarV2Index {
  readonly format: number;
  readonly buckets: readonly IndexBucket[];
  readonly #bytes: Uint8Array;

  /** @throws CarIndexInvalidError, CarTruncatedError, VarintInvalidError. */
  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    const cursor = new IndexCursor(bytes, start, end);
    this.format = cursor.format();
    this.buckets = this.format === INDEX_SORTED ? cursor.widths(undefined) : cursor.functions();
  }

  get entryCount(): number {
    return this.buckets.reduce((sum, { count }) => sum + count, 0);
  }

  /**
   * The offset of a block's frame in the CARv1; -1 when it is not there. An index of digests alone ignores `hashCode`.
   * @throws CarIndexInvalidError for an offset above 2^53 - 1.
   */
  find(hashCode: number, digest: Uint8Array): number {
    for (const bucket of this.buckets) {
      if (bucket.digestLength !== digest.length || (bucket.hashCode ?? hashCode) !== hashCode) continue;
      const offset = this.#search(bucket, digest);
      if (offset >= 0) return offset;
    }
    return -1;
  }

  /** All entries, bucket by bucket; the digest is a view. @throws CarIndexInvalidError for an offset above 2^53 - 1. */
  *entries(): Generator<{ hashCode: number | undefined; digest: Uint8Array; offset: number }, void, undefined> {
    for (const { hashCode, digestLength, start, count } of this.buckets) {
      for (let at = start; at < start + count * (digestLength + OFFSET_BYTES); at += digestLength + OFFSET_BYTES) {
        const digest = this.#bytes.subarray(at, at + digestLength);
        yield { hashCode, digest, offset: this.#offset(at + digestLength) };
      }
    }
  }

  #search({ start, count, digestLength }: IndexBucket, digest: Uint8Array): number {
    const width = digestLength + OFFSET_BYTES;
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = start + middle * width;
      const order = Buffer.compare(this.#bytes.subarray(at, at + digestLength), digest);
      if (order === 0) return this.#offset(at + digestLength);
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return -1;
  }

  #offset(at: number): number {
    return checkedUint64(new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length), at, 'an offset');
  }
}

class IndexCursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  #at: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#at = start;
    this.#end = end;
  }

  format(): number {
    const format = readVarint(this.#bytes, this.#at, this.#end);
    if (format !== INDEX_SORTED && format !== MULTIHASH_INDEX_SORTED)
      throw new CarIndexInvalidError(
        this.#at,
        `index format 0x${format.toString(16)} is not known; 0x400 and 0x401 are`,
      );
    this.#at += varintLength(format);
    return format;
  }

  functions(): IndexBucket[] {
    const count = this.#count('hash functions');
    const buckets: IndexBucket[] = [];
    for (let left = count; left > 0; left -= 1) buckets.push(...this.widths(this.#uint64('a hash function')));
    return buckets;
  }

  widths(hashCode: number | undefined): IndexBucket[] {
    return Array.from({ length: this.#count('lengths of digests') }, () => this.#bucket(hashCode));
  }

  #bucket(hashCode: number | undefined): IndexBucket {
    const at = this.#at;
    const width = this.#uint32('the width of an entry');
    if (width <= OFFSET_BYTES || width > MOST_DIGEST_BYTES + OFFSET_BYTES)
      throw new CarIndexInvalidError(at, `an entry has ${width} bytes`);
    const sizeBytes = this.#uint64('the size of the entries');
    if (sizeBytes % width !== 0)
      throw new CarIndexInvalidError(at + 4, `${sizeBytes} bytes are no entries of ${width} each`);
    const start = this.#take(sizeBytes, 'the entries');
    return { hashCode, digestLength: width - OFFSET_BYTES, start, count: sizeBytes / width };
  }

  #count(what: string): number {
    const at = this.#at;
    const count = this.#uint32(`the number of ${what}`);
    if (count > MOST_BUCKETS) throw new CarIndexInvalidError(at, `${count} ${what}`);
    return count;
  }

  #uint32(what: string): number {
    return this.#view.getUint32(this.#take(4, what), true);
  }

  #uint64(what: string): number {
    return checkedUint64(this.#view, this.#take(8, what), what);
  }

  #take(length: number, what: string): number {
    const at = this.#at;
    if (length > this.#end - at) throw new CarTruncatedError(at, what, length, this.#end - at);
    this.#at += length;
    return at;
  }
}

function checkedUint64(view: DataView, at: number, what: string): number {
  const value = readUint64(view, at);
  if (value > Number.MAX_SAFE_INTEGER) throw new CarIndexInvalidError(at, `${what} is larger than 2^53 - 1`);
  return value;
}
