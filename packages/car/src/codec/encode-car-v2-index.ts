import { sortOrdinals } from '../index/sort-ordinals.ts';
import { CidParts, HASH_IDENTITY, readCid } from './cid.ts';
import { MULTIHASH_INDEX_SORTED } from './car-v2-index.ts';
import { encodeVarint } from './varint.ts';

const OFFSET_BYTES = 8;
const PIECE_ENTRIES = 16_384;

/** Digests and offsets of one hash function and one length, as they come: `digest | u64 offset`. */
class EntryList {
  readonly hashCode: number;
  readonly digestLength: number;
  count = 0;
  #bytes = new Uint8Array(4096);

  constructor(hashCode: number, digestLength: number) {
    this.hashCode = hashCode;
    this.digestLength = digestLength;
  }

  get width(): number {
    return this.digestLength + OFFSET_BYTES;
  }

  add(bytes: Uint8Array, digestStart: number, offset: number): void {
    const at = this.count * this.width;
    if (at + this.width > this.#bytes.length) this.#grow();
    this.#bytes.set(bytes.subarray(digestStart, digestStart + this.digestLength), at);
    const view = new DataView(this.#bytes.buffer, at + this.digestLength, OFFSET_BYTES);
    view.setUint32(0, offset, true);
    view.setUint32(4, Math.floor(offset / 0x1_0000_0000), true);
    this.count += 1;
  }

  /** The entries by digest, in pieces; those that are equal in full come in the order in which they were added. */
  *sorted(): Generator<Uint8Array, void, undefined> {
    const order = sortOrdinals(
      this.count,
      (entry) => this.#prefix(entry),
      (one, other) => this.#compare(one, other),
    );
    for (let from = 0; from < this.count; from += PIECE_ENTRIES) {
      const part = order.subarray(from, from + PIECE_ENTRIES);
      const piece = new Uint8Array(part.length * this.width);
      for (const [at, entry] of part.entries()) piece.set(this.#entry(entry), at * this.width);
      yield piece;
    }
  }

  #entry(entry: number): Uint8Array {
    return this.#bytes.subarray(entry * this.width, (entry + 1) * this.width);
  }

  #prefix(entry: number): number {
    const at = entry * this.width;
    let prefix = 0;
    for (let byte = 0; byte < 4; byte += 1) {
      prefix = prefix * 256 + (byte < this.digestLength ? (this.#bytes[at + byte] ?? 0) : 0);
    }
    return prefix;
  }

  #compare(one: number, other: number): number {
    const [a, b] = [this.#entry(one), this.#entry(other)];
    const order = Buffer.compare(a.subarray(0, this.digestLength), b.subarray(0, this.digestLength));
    return order === 0 ? one - other : order;
  }

  #grow(): void {
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#bytes.length + this.width));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Gathers the entries of an index of format 0x0401, 40 bytes for most blocks, and writes it in pieces. */
export class CarV2IndexWriter {
  readonly #lists = new Map<string, EntryList>();
  readonly #parts = new CidParts();
  /** Identity CIDs hold their content: go-car leaves them out of an index that is not "fully indexed". */
  readonly #withIdentity: boolean;

  constructor({ withIdentity = false }: { withIdentity?: boolean | undefined } = {}) {
    this.#withIdentity = withIdentity;
  }

  /** A frame at `offset` of the CARv1. */
  add(bytes: Uint8Array, cidStart: number, dataStart: number, offset: number): void {
    const parts = this.#parts;
    readCid(bytes, cidStart, dataStart, parts);
    if (parts.hashCode === HASH_IDENTITY && !this.#withIdentity) return;
    this.#list(parts.hashCode, parts.digestLength).add(bytes, parts.digestStart, offset);
  }

  *pieces(): Generator<Uint8Array, void, undefined> {
    const lists = [...this.#lists.values()];
    const hashCodes = [...new Set(lists.map(({ hashCode }) => hashCode))].sort((one, other) => one - other);
    yield encodeVarint(MULTIHASH_INDEX_SORTED);
    yield littleEndian(4, hashCodes.length);
    for (const hashCode of hashCodes) {
      const same = lists.filter((list) => list.hashCode === hashCode).sort((one, other) => one.width - other.width);
      yield littleEndian(8, hashCode);
      yield littleEndian(4, same.length);
      for (const list of same) {
        yield littleEndian(4, list.width);
        yield littleEndian(8, list.width * list.count);
        yield* list.sorted();
      }
    }
  }

  #list(hashCode: number, digestLength: number): EntryList {
    const key = `${hashCode}/${digestLength}`;
    let list = this.#lists.get(key);
    if (list === undefined) {
      list = new EntryList(hashCode, digestLength);
      this.#lists.set(key, list);
    }
    return list;
  }
}

function littleEndian(width: 4 | 8, value: number): Uint8Array {
  const bytes = new Uint8Array(width);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, value % 0x1_0000_0000, true);
  if (width === 8) view.setUint32(4, Math.floor(value / 0x1_0000_0000), true);
  return bytes;
}
