import { GrowingWords } from '../index/growing-words.ts';
import { sortOrdinals } from '../index/sort-ordinals.ts';
import {
  encodeForestIndexHeader,
  encodeSkippableHeader,
  FOREST_INDEX_HEADER_BYTES,
  FOREST_SLOT_BYTES,
} from './forest-format.ts';
import { type ForestHash, forestHash, forestSlot } from './forest-hash.ts';

/** How full the table is, as in Forest. */
const LOAD = 0.8;
/** A frame's length has 32 bits. Larger indexes come in several frames, of this many bytes each, as in Forest. */
const SPLIT_BYTES = 512 * 1024 * 1024;
const MOST_FRAME_BYTES = 2 ** 32 - 1;
const PIECE_SLOTS = 65_536;

/** Words of an entry: hash, offset of the zstd frame; low half first. */
const ENTRY_WORDS = 4;

/** Gathers hashes and places, 16 bytes for each block, and lays the table out. */
export class ForestIndexWriter {
  readonly #words = new GrowingWords();
  readonly #hash: ForestHash = { high: 0, low: 0 };

  /** @param frameOffset Where the zstd frame begins that holds the block. */
  add(bytes: Uint8Array, cidStart: number, cidEnd: number, frameOffset: number): void {
    forestHash(bytes, cidStart, cidEnd, this.#hash);
    this.#words.push(this.#hash.low);
    this.#words.push(this.#hash.high);
    this.#words.push(frameOffset | 0);
    this.#words.push(Math.floor(frameOffset / 0x1_0000_0000));
  }

  /** The skippable frames with the table, in pieces. @param splitBytes For tests. */
  *pieces(splitBytes = SPLIT_BYTES, mostFrameBytes = MOST_FRAME_BYTES): Generator<Uint8Array, void, undefined> {
    const table = new SlotTable(this.#takeEntries());
    const dataBytes = FOREST_INDEX_HEADER_BYTES + table.slotCount * FOREST_SLOT_BYTES;
    const frameBytes = dataBytes > mostFrameBytes ? splitBytes : dataBytes;
    let left = dataBytes;
    let inFrame = 0;
    for (const piece of table.pieces()) {
      for (let at = 0; at < piece.length;) {
        if (inFrame === 0) {
          inFrame = Math.min(frameBytes, left);
          yield encodeSkippableHeader(inFrame);
        }
        const part = piece.subarray(at, at + inFrame);
        yield part;
        at += part.length;
        inFrame -= part.length;
        left -= part.length;
      }
    }
  }

  #takeEntries(): Uint32Array {
    const entries = new Uint32Array(this.#words.length);
    let at = 0;
    for (const chunk of this.#words.drain()) {
      entries.set(chunk, at);
      at += chunk.length;
    }
    return entries;
  }
}

/** Entries by hash and offset, each at its slot or as near behind it as can be. */
class SlotTable {
  readonly slotCount: number;
  readonly #entries: Uint32Array;
  readonly #order: Uint32Array;
  /** The slot of each entry of the order. */
  readonly #slots: Float64Array;
  readonly #header: Uint8Array;

  constructor(entries: Uint32Array) {
    this.#entries = entries;
    this.#order = distinct(entries);
    const count = this.#order.length;
    const initialBuckets = Math.max(Math.floor(count / LOAD), count);
    this.#slots = new Float64Array(count);
    let next = 0;
    let longestDistance = 0;
    let collisions = 0;
    for (let at = 0; at < count; at += 1) {
      const ideal = forestSlot(this.#hashAt(at), initialBuckets);
      const slot = Math.max(next, ideal);
      this.#slots[at] = slot;
      next = slot + 1;
      longestDistance = Math.max(longestDistance, slot - ideal);
      if (at > 0 && this.#isSameHash(at)) collisions += 1;
    }
    // One empty slot at the end stops every search.
    this.slotCount = Math.max(next, initialBuckets) + 1;
    this.#header = encodeForestIndexHeader({ longestDistance, collisions, initialBuckets });
  }

  *pieces(): Generator<Uint8Array, void, undefined> {
    yield this.#header;
    let entry = 0;
    for (let from = 0; from < this.slotCount; from += PIECE_SLOTS) {
      const to = Math.min(this.slotCount, from + PIECE_SLOTS);
      const piece = new Uint32Array((to - from) * ENTRY_WORDS).fill(0xffff_ffff);
      for (; entry < this.#slots.length && (this.#slots[entry] ?? 0) < to; entry += 1) {
        const word = (this.#order[entry] ?? 0) * ENTRY_WORDS;
        piece.set(this.#entries.subarray(word, word + ENTRY_WORDS), ((this.#slots[entry] ?? 0) - from) * ENTRY_WORDS);
      }
      yield new Uint8Array(piece.buffer);
    }
  }

  #hashAt(at: number): ForestHash {
    const word = (this.#order[at] ?? 0) * ENTRY_WORDS;
    return { low: this.#entries[word] ?? 0, high: this.#entries[word + 1] ?? 0 };
  }

  #isSameHash(at: number): boolean {
    const [one, other] = [this.#hashAt(at - 1), this.#hashAt(at)];
    return one.low === other.low && one.high === other.high;
  }
}

/** Ordinals of the entries by hash and offset, each pair of them once. */
function distinct(entries: Uint32Array): Uint32Array {
  const word = (entry: number, at: number): number => entries[entry * ENTRY_WORDS + at] ?? 0;
  /** The high half of the hash is what they are sorted by before. */
  const compare = (one: number, other: number): number =>
    word(one, 0) - word(other, 0) || word(one, 3) - word(other, 3) || word(one, 2) - word(other, 2);
  const order = sortOrdinals(entries.length / ENTRY_WORDS, (entry) => word(entry, 1), compare);
  return order.filter((entry, at) => {
    const before = order[at - 1] ?? 0;
    return at === 0 || word(before, 1) !== word(entry, 1) || compare(before, entry) !== 0;
  });
}
