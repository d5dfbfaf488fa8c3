import type { BlockCodeWord } from '../format/block-code.ts';

const FIRST_CAPACITY = 256;

/**
 * What is known of all file-blocks, one typed array for each property: 24 bytes for a block, no object.
 * Lengths are not kept: a block ends where the next one begins.
 */
export class BlockColumns {
  #capacity = FIRST_CAPACITY;
  /** Of the headers, in bytes of the content. One more than there are blocks: the end of the last one. */
  offsets = new Float64Array(FIRST_CAPACITY + 1);
  addressLow = new Uint32Array(FIRST_CAPACITY);
  addressHigh = new Uint32Array(FIRST_CAPACITY);
  #counts = new Uint32Array(FIRST_CAPACITY);
  sdnaIndexes = new Uint16Array(FIRST_CAPACITY);
  #codeNumbers = new Uint8Array(FIRST_CAPACITY);
  readonly #codes: BlockCodeWord[] = [];
  readonly #numberOfCode = new Map<BlockCodeWord, number>();
  /** Counts that need more than 32 bits: they are the exception. */
  readonly #largeCounts = new Map<number, number>();
  length = 0;

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
