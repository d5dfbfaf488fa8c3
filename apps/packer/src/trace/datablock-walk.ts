import type { AbortOptions } from '@waybill/common';
import { type BlendFile, isDatablockCode, parseBlockCode } from '@waybill/blendfile';
import { type PointerPlan, pointerPlan, TO_ANYTHING, TO_DATABLOCK } from './pointer-plan.ts';
import { Turns } from './turns.ts';

const DATA = parseBlockCode('DATA');
const LIBRARY = parseBlockCode('LI');
/** States of a block; 0: not reached. */
const REACHED = 1;
const FOLLOWED = 2;
/** Of arrays of structs, so that no more than this is in memory. */
const PART_BYTES = 1024 * 1024;

/**
 * Marks the datablocks that are reached from some of them. A datablock owns the blocks behind it, up to the next one; everything
 * in these that points to another datablock reaches it.
 */
export class DatablockWalk {
  readonly #file: BlendFile;
  readonly #options: AbortOptions;
  readonly #turns: Turns;
  readonly #isReached: Uint8Array;
  /** By SDNA index; null: none. */
  readonly #plans: (PointerPlan | null | undefined)[] = [];
  #data: DataView = new DataView(new ArrayBuffer(0));
  /** Where the sweep is, and the first block before it that it has to come back for; -1: none. */
  #at = -1;
  #earliest = -1;

  constructor(file: BlendFile, options: AbortOptions) {
    this.#file = file;
    this.#options = options;
    this.#turns = new Turns(options);
    this.#isReached = new Uint8Array(file.blocks.length);
  }

  /** Placeholders of linked datablocks are reached as others are. */
  reach(block: number): void {
    if (this.#isReached[block] !== 0) return;
    this.#isReached[block] = REACHED;
    if (block <= this.#at && (this.#earliest < 0 || block < this.#earliest)) this.#earliest = block;
  }

  /**
   * The wanted blocks of all datablocks that are reached, each once, in the order of the file as far as possible: in as many sweeps
   * as it takes.
   */
  async blocks(isWanted: (block: number) => boolean): Promise<number[]> {
    const { blocks } = this.#file;
    const wanted: number[] = [];
    for (let from = 0; from >= 0; from = this.#earliest) {
      this.#earliest = -1;
      for (let block = this.#next(from); block >= 0; block = this.#next(block + 1)) {
        this.#isReached[block] = FOLLOWED;
        this.#at = block;
        let owned = block;
        do {
          // Waiting costs more than most blocks: only where something has to be read.
          const reading = this.#follow(owned, block);
          if (reading !== undefined) await reading;
          const turn = this.#turns.step();
          if (turn !== undefined) await turn;
          if (isWanted(owned)) wanted.push(owned);
          owned += 1;
        } while (owned < blocks.length && blocks.codeWord(owned) === DATA);
      }
    }
    return wanted;
  }

  #next(from: number): number {
    return this.#isReached.indexOf(REACHED, from);
  }

  #follow(block: number, datablock: number): Promise<void> | undefined {
    const plan = this.#planOf(block);
    if (plan === undefined) return undefined;
    const length = this.#file.blocks.bodyLength(block);
    const lengthBytes = length - (length % plan.sizeBytes);
    const bytes = lengthBytes <= PART_BYTES ? this.#file.lendBody(block, { lengthBytes }) : undefined;
    if (bytes === undefined) return this.#followInParts(block, lengthBytes, plan, datablock);
    const arrays = this.#followPart(bytes, plan, datablock);
    return arrays === undefined ? undefined : this.#followArrays(arrays, datablock);
  }

  #planOf(block: number): PointerPlan | undefined {
    const index = this.#file.blocks.sdnaIndex(block);
    let plan = this.#plans[index];
    if (plan === undefined) {
      const struct = this.#file.structOf(block);
      plan = (struct && pointerPlan(struct)) ?? null;
      this.#plans[index] = plan;
    }
    return plan ?? undefined;
  }

  async #followInParts(block: number, wholeBytes: number, plan: PointerPlan, datablock: number): Promise<void> {
    const partBytes = Math.max(1, Math.floor(PART_BYTES / plan.sizeBytes)) * plan.sizeBytes;
    for (let offset = 0; offset < wholeBytes; offset += partBytes) {
      const lengthBytes = Math.min(partBytes, wholeBytes - offset);
      const bytes = await this.#file.readBody(block, { offset, lengthBytes, ...this.#options });
      const arrays = this.#followPart(bytes, plan, datablock);
      if (arrays !== undefined) await this.#followArrays(arrays, datablock);
    }
  }

  /** @returns the arrays of pointers that these structs lead to. */
  #followPart(bytes: Uint8Array, plan: PointerPlan, datablock: number): number[] | undefined {
    const data = this.#dataOf(bytes);
    const end = bytes.byteOffset + bytes.length - plan.sizeBytes;
    let arrays: number[] | undefined;
    for (let start = bytes.byteOffset; start <= end; start += plan.sizeBytes) {
      // Counted loops: of all that a trace does this is done most often, and an iterator is slow until it is compiled.
      for (let place = 0; place < plan.places.length; place += 1) {
        const target = this.#target(data, start + (plan.places[place] ?? 0), datablock);
        if (target < 0) continue;
        const kind = plan.kinds[place];
        if (kind === TO_DATABLOCK) this.#reachOwner(target);
        else if (kind === TO_ANYTHING) this.#reachDatablock(target);
        else (arrays ??= []).push(target);
      }
    }
    return arrays;
  }

  /** Of the memory that the bytes lie in: most bodies lie in the same. */
  #dataOf({ buffer }: Uint8Array): DataView {
    return this.#data.buffer === buffer ? this.#data : (this.#data = new DataView(buffer));
  }

  async #followArrays(arrays: readonly number[], datablock: number): Promise<void> {
    for (const array of arrays) {
      const following = this.#followArray(array, datablock);
      if (following !== undefined) await following;
    }
  }

  /** An array of pointers, which is a block without a struct. */
  #followArray(array: number, datablock: number): Promise<void> | undefined {
    if (this.#file.structOf(array) !== undefined) return undefined;
    const isSmall = this.#file.blocks.bodyLength(array) <= PART_BYTES;
    const bytes = isSmall ? this.#file.lendBody(array) : undefined;
    if (bytes === undefined) return this.#followArrayInParts(array, datablock);
    this.#followPointers(bytes, datablock);
    return undefined;
  }

  async #followArrayInParts(array: number, datablock: number): Promise<void> {
    const length = this.#file.blocks.bodyLength(array);
    for (let offset = 0; offset < length; offset += PART_BYTES) {
      const lengthBytes = Math.min(PART_BYTES, length - offset);
      this.#followPointers(await this.#file.readBody(array, { offset, lengthBytes, ...this.#options }), datablock);
    }
  }

  #followPointers(bytes: Uint8Array, datablock: number): void {
    const { pointerBytes } = this.#file.header;
    const data = this.#dataOf(bytes);
    const end = bytes.byteOffset + bytes.length - pointerBytes;
    for (let at = bytes.byteOffset; at <= end; at += pointerBytes) {
      const target = this.#target(data, at, datablock);
      if (target >= 0) this.#reachOwner(target);
    }
  }

  #target(data: DataView, at: number, from: number): number {
    const { pointerBytes, littleEndian } = this.#file.header;
    const isWide = pointerBytes === 8;
    const low = data.getUint32(isWide && !littleEndian ? at + 4 : at, littleEndian);
    const high = isWide ? data.getUint32(littleEndian ? at + 4 : at, littleEndian) : 0;
    return low === 0 && high === 0 ? -1 : this.#file.blocks.findWords(low, high, from);
  }

  /** A pointer to a node tree that lies in a material reaches the material. */
  #reachOwner(block: number): void {
    const { blocks } = this.#file;
    this.#reachDatablock(blocks.codeWord(block) === DATA ? blocks.owner(block) : block);
  }

  #reachDatablock(block: number): void {
    const code = this.#file.blocks.codeWord(block);
    if (isDatablockCode(code) && code !== LIBRARY) this.reach(block);
  }
}
