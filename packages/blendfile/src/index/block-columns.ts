import { type BlockCodeWord, DATA } from '../format/block-code.ts';

const LEAST_CAPACITY = 256;
/** Memory that is not written to costs nothing, and to move what was written does. */
const MOST_FIRST_CAPACITY = 2 ** 20;
/** The mean is three times as much; a file of a few large blocks leaves the rest of the memory untouched. */
const BLOCK_BYTES = 256;

/**
 * What is known of all file-blocks, one typed array for each property: 24 bytes for a block, no object.
 * Lengths are not kept: a block ends where the next one begins.
 */
export class BlockColumns {
  #capacity: number;
  /** Of the headers, in bytes of the content. One more than there are blocks: the end of the last one. */
  offsets: Float64Array<ArrayBuffer>;
  addressLow: Uint32Array<ArrayBuffer>;
  addressHigh: Uint32Array<ArrayBuffer>;
  #counts: Uint32Array<ArrayBuffer>;
  sdnaIndexes: Uint16Array<ArrayBuffer>;
  #codeNumbers: Uint8Array<ArrayBuffer>;
  readonly #codes: BlockCodeWord[] = [];
  readonly #firstBlocks: number[] = [];
  /** The blocks with another code than `DATA`, in rising order. */
  readonly owners: number[] = [];
  readonly #numberOfCode = new Map<BlockCodeWord, number>();
  /** Counts that need more than 32 bits: they are the exception. */
  readonly #largeCounts = new Map<number, number>();
  length = 0;

  /** @param sizeBytes Of the content, where it is known: a hint. */
  constructor(sizeBytes = 0) {
    const likely = Number.isFinite(sizeBytes) ? Math.ceil(sizeBytes / BLOCK_BYTES) : 0;
    const capacity = Math.max(LEAST_CAPACITY, Math.min(likely, MOST_FIRST_CAPACITY));
    this.#capacity = capacity;
    this.offsets = new Float64Array(capacity + 1);
    this.addressLow = new Uint32Array(capacity);
    this.addressHigh = new Uint32Array(capacity);
    this.#counts = new Uint32Array(capacity);
    this.sdnaIndexes = new Uint16Array(capacity);
    this.#codeNumbers = new Uint8Array(capacity);
  }

  count(block: number): number {
    return this.#largeCounts.get(block) ?? this.#counts[block] ?? 0;
  }

  code(block: number): BlockCodeWord {
    return this.#codes[this.codeNumber(block)] ?? 0;
  }

  /** -1 for what is no block. */
  codeNumber(block: number): number {
    return block < this.length ? (this.#codeNumbers[block] ?? -1) : -1;
  }

  /** The number of a code in this file; the same for all blocks with that code. `undefined`: there is none. */
  findCodeNumber(code: BlockCodeWord): number | undefined {
    return this.#numberOfCode.get(code);
  }

  /** The first block with a code, or -1. */
  firstBlock(code: BlockCodeWord): number {
    return this.#firstBlocks[this.#numberOfCode.get(code) ?? -1] ?? -1;
  }

  /** False when there are more kinds of codes than any Blender writes: the caller knows where in the file that is. */
  push(code: BlockCodeWord, offset: number, low: number, high: number, sdnaIndex: number, count: number): boolean {
    const codeNumber = this.#numberOfCode.get(code) ?? this.#newCode(code);
    if (codeNumber > 0xff) return false;
    const block = this.length;
    if (block === this.#capacity) this.#grow();
    this.offsets[block] = offset;
    this.addressLow[block] = low;
    this.addressHigh[block] = high;
    this.#counts[block] = count;
    this.sdnaIndexes[block] = Math.min(sdnaIndex, 0xffff);
    this.#codeNumbers[block] = codeNumber;
    if (code !== DATA) this.owners.push(block);
    if (count > 0xffff_ffff) this.#largeCounts.set(block, count);
    this.length = block + 1;
    return true;
  }

  /** Where the last block ends. */
  close(end: number): void {
    this.offsets[this.length] = end;
  }

  #newCode(code: BlockCodeWord): number {
    this.#codes.push(code);
    this.#firstBlocks.push(this.length);
    this.#numberOfCode.set(code, this.#codes.length - 1);
    return this.#codes.length - 1;
  }

  /** `transfer` moves large buffers by their page tables instead of copying them. */
  #grow(): void {
    this.#capacity *= 2;
    const capacity = this.#capacity;
    this.offsets = new Float64Array(this.offsets.buffer.transfer((capacity + 1) * 8));
    this.addressLow = new Uint32Array(this.addressLow.buffer.transfer(capacity * 4));
    this.addressHigh = new Uint32Array(this.addressHigh.buffer.transfer(capacity * 4));
    this.#counts = new Uint32Array(this.#counts.buffer.transfer(capacity * 4));
    this.sdnaIndexes = new Uint16Array(this.sdnaIndexes.buffer.transfer(capacity * 2));
    this.#codeNumbers = new Uint8Array(this.#codeNumbers.buffer.transfer(capacity));
  }
}
