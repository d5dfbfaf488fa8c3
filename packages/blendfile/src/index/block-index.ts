import { type BlockCodeWord, DATA, formatBlockCode, isDatablockCode, parseBlockCode } from '../format/block-code.ts';
import type { BlockColumns } from './block-columns.ts';
import { lastAtMost } from './last-at-most.ts';
import { OldAddressTable } from './old-address-table.ts';

/**
 * All file-blocks of a file. A block is a number, counted from 0 in the order of the file; the last one is `ENDB`.
 * Numbers that are no block give 0, `''`, or -1: they come from this index, and not from the file.
 */
export class BlockIndex {
  readonly #columns: BlockColumns;
  readonly #headerBytes: number;
  readonly #codeTexts = new Map<BlockCodeWord, string>();
  #addresses: OldAddressTable | undefined;
  /** First of the blocks that share an address -> the one for pointers from elsewhere. */
  readonly #choices = new Map<number, number>();

  constructor(columns: BlockColumns, headerBytes: number) {
    this.#columns = columns;
    this.#headerBytes = headerBytes;
  }

  /** Of file-blocks, `ENDB` included. */
  get length(): number {
    return this.#columns.length;
  }

  /** Where the blocks end, in bytes of the content; what follows belongs to no block. */
  get endOffset(): number {
    return this.#columns.offsets[this.length] ?? 0;
  }

  /** `OB`, `DATA`, `DNA1`, … */
  code(block: number): string {
    const word = this.#columns.code(block);
    let text = this.#codeTexts.get(word);
    if (text === undefined) this.#codeTexts.set(word, (text = formatBlockCode(word)));
    return text;
  }

  /** The same as a number, see `parseBlockCode`. */
  codeWord(block: number): BlockCodeWord {
    return this.#columns.code(block);
  }

  /** Of the block header, in bytes of the content. */
  headerOffset(block: number): number {
    return this.#columns.offsets[block] ?? 0;
  }

  bodyOffset(block: number): number {
    return this.headerOffset(block) + this.#headerBytes;
  }

  bodyLength(block: number): number {
    return (this.#columns.offsets[block + 1] ?? 0) - this.bodyOffset(block);
  }

  /** Index of the struct in the SDNA; 0 also stands for bytes without a struct. */
  sdnaIndex(block: number): number {
    return this.#columns.sdnaIndexes[block] ?? 0;
  }

  /** Of structs, as the block header says it. */
  count(block: number): number {
    return this.#columns.count(block);
  }

  oldAddress(block: number): bigint {
    const { addressHigh, addressLow } = this.#columns;
    return (BigInt(addressHigh[block] ?? 0) << 32n) | BigInt(addressLow[block] ?? 0);
  }

  /** The datablock that a block belongs to: the last one before it that is no `DATA`. Blender writes it in front of what it owns. */
  owner(block: number): number {
    const { owners } = this.#columns;
    return owners[lastAtMost(owners, block)] ?? -1;
  }

  /**
   * The block that was at this address, or -1. Memory is used again while a file is written, so that one address can
   * stand in several datablocks, each for itself: `from`, the block that holds the pointer, tells which one is meant.
   */
  find(address: bigint, from = -1): number {
    return this.findWords(Number(address & 0xffff_ffffn), Number(address >> 32n), from);
  }

  /** The same for the two halves of an address; makes no bigint. */
  findWords(low: number, high: number, from = -1): number {
    if (low === 0 && high === 0) return -1;
    this.#addresses ??= new OldAddressTable(this.#columns);
    const first = this.#addresses.first(low, high);
    const sharers = first < 0 ? undefined : this.#addresses.sharers(first);
    return sharers === undefined ? first : this.#choose(sharers, from);
  }

  /** The blocks with this code, in the order of the file. */
  *withCode(code: string): Generator<number, void, undefined> {
    const wanted = this.#columns.findCodeNumber(parseBlockCode(code));
    if (wanted === undefined) return;
    for (let block = 0; block < this.length; block += 1) if (this.#columns.codeNumber(block) === wanted) yield block;
  }

  /** The first block with this code, or -1. */
  firstWithCode(code: string): number {
    return this.#columns.firstBlock(parseBlockCode(code));
  }

  /** The blocks that are datablocks or placeholders of linked ones: those with codes of two letters. */
  *datablocks(): Generator<number, void, undefined> {
    for (const block of this.#columns.owners) if (isDatablockCode(this.codeWord(block))) yield block;
  }

  /** Same datablock first; then what can be pointed to from everywhere; then whatever there is. */
  #choose(sharers: readonly number[], from: number): number {
    const { owners } = this.#columns;
    if (from >= 0) {
      const place = lastAtMost(owners, from);
      const candidate = sharers[lastAtMost(sharers, (owners[place + 1] ?? this.length) - 1)] ?? -1;
      if (candidate >= (owners[place] ?? 0)) return candidate;
    }
    return this.#reachableFromEverywhere(sharers);
  }

  #reachableFromEverywhere(sharers: readonly number[]): number {
    const first = sharers[0] ?? -1;
    let choice = this.#choices.get(first);
    if (choice === undefined) {
      choice = sharers.find((block) => this.#columns.code(block) !== DATA) ?? first;
      this.#choices.set(first, choice);
    }
    return choice;
  }
}
