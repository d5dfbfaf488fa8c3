import type { AbortOptions } from '@waybill/common';
import { BlendDataCyclicError, BlendFileTooLargeError, FieldMissingError, FileBlockInvalidError } from './errors.ts';
import { CycleDetector } from './cycle-detector.ts';
import type { Dna, DnaField, DnaStruct } from './format/dna.ts';
import type { BlendHeader } from './format/header.ts';
import { nextField } from './format/next-field.ts';
import type { BlockIndex } from './index/block-index.ts';
import type { ByteSource } from './source/byte-source.ts';
import type { BlendCompression } from './source/compression.ts';
import { type FieldReference, StructView } from './struct-view.ts';

/** Nobody needs more at once: raw data of this size is read in parts. */
const MOST_READ_BYTES = 64 * 1024 * 1024;

export interface BlendFileInit {
  name: string;
  header: BlendHeader;
  dna: Dna;
  blocks: BlockIndex;
  content: ByteSource;
  stored: ByteSource;
  compression: BlendCompression;
}

export interface ReadBodyOptions extends AbortOptions {
  /** Default 0. */
  offset?: number;
  /** Default: to the end of the body. */
  lengthBytes?: number;
}

export interface ViewOptions extends AbortOptions {
  /** Of the structs in the block; default 0. */
  element?: number;
  /** Read the bytes as this struct; default: the one that the block header names. */
  struct?: DnaStruct | undefined;
}

export interface ListOptions extends AbortOptions {
  /** The pointer to the next element; default: the one that the elements begin with (`next`, `id.next`, `modifier.next`). */
  next?: string;
  /** Of the elements; default: as each block says. */
  struct?: DnaStruct | undefined;
}

/**
 * An open .blend file: its index and structs in memory, its bytes read when they are asked for. Reads can overlap.
 * Close it (`await using`, or {@link close}) when done.
 */
export class BlendFile implements AsyncDisposable {
  /** The path that was opened, or what the caller named the bytes. */
  readonly name: string;
  readonly header: BlendHeader;
  readonly dna: Dna;
  readonly blocks: BlockIndex;
  readonly compression: BlendCompression;
  /** The uncompressed bytes; offsets of blocks count in them. */
  readonly content: ByteSource;
  /** The bytes as they are stored; the same as {@link content} without compression. */
  readonly stored: ByteSource;

  constructor({ name, header, dna, blocks, content, stored, compression }: BlendFileInit) {
    this.name = name;
    this.header = header;
    this.dna = dna;
    this.blocks = blocks;
    this.content = content;
    this.stored = stored;
    this.compression = compression;
  }

  /** The struct of a block; `undefined` for bytes without one. */
  structOf(block: number): DnaStruct | undefined {
    const index = this.blocks.sdnaIndex(block);
    // Up to Blender 4.0 index 0 is an ordinary struct (`Link`, `DrawDataList`) that bytes without one pass for.
    return index === 0 ? undefined : this.dna.structAt(index);
  }

  /** How many structs of this kind the body holds; by default the struct that the block header names. */
  elementCount(block: number, struct = this.structOf(block)): number {
    if (struct === undefined || struct.sizeBytes === 0) return 0;
    return Math.floor(this.blocks.bodyLength(block) / struct.sizeBytes);
  }

  /**
   * Bytes of a body. Not to be changed; not to be kept for long: see {@link ByteSource.read}.
   * @throws BlendFileTooLargeError for more than 64 MiB at once; BlendFileTruncatedError, BlendCompressionInvalidError
   */
  async readBody(block: number, options: ReadBodyOptions = {}): Promise<Uint8Array> {
    const { offset = 0, lengthBytes = this.blocks.bodyLength(block) - offset, signal } = options;
    const start = this.#bodyStart(block, offset, lengthBytes);
    return await this.content.read(start, lengthBytes, { ...(signal && { signal }) });
  }

  /** {@link readBody} without waiting, where the bytes are in memory; `undefined` otherwise. */
  peekBody(block: number, { offset = 0, lengthBytes }: ReadBodyOptions = {}): Uint8Array | undefined {
    const length = lengthBytes ?? this.blocks.bodyLength(block) - offset;
    return this.content.peek(this.#bodyStart(block, offset, length), length);
  }

  /** {@link peekBody} without a copy, for whoever is done with the bytes before it waits for anything. */
  lendBody(block: number, { offset = 0, lengthBytes }: ReadBodyOptions = {}): Uint8Array | undefined {
    const length = lengthBytes ?? this.blocks.bodyLength(block) - offset;
    return this.content.lend(this.#bodyStart(block, offset, length), length);
  }

  /**
   * One struct of a block.
   * @throws FileBlockInvalidError where the block has no struct, or is shorter than it
   */
  async view(
    block: number,
    { element = 0, struct = this.structOf(block), signal }: ViewOptions = {},
  ): Promise<StructView> {
    const known = this.#assertElement(block, struct, element);
    const offset = element * known.sizeBytes;
    const range = { offset, lengthBytes: known.sizeBytes };
    const bytes = this.peekBody(block, range) ?? (await this.readBody(block, { ...range, ...(signal && { signal }) }));
    const { littleEndian } = this.header;
    return new StructView({ struct: known, bytes, littleEndian, block, bodyOffset: offset });
  }

  /** The block that a pointer field leads to, or -1: for a null pointer, and for one whose block is not in the file. */
  target(view: StructView, field: FieldReference, index = 0): number {
    return this.blocks.findWords(view.addressLow(field, index), view.addressHigh(field, index), view.block);
  }

  /**
   * The struct that a pointer field leads to; `undefined` where {@link target} is -1. A block without a struct is read
   * as what the field is declared to point to.
   * @throws FileBlockInvalidError when that has no struct either (`void *`, `char *`): use `target` and `readBody`
   */
  async follow(view: StructView, field: FieldReference, options: ViewOptions = {}): Promise<StructView | undefined> {
    const resolved = typeof field === 'string' ? view.struct.field(field) : field;
    const block = this.target(view, resolved);
    if (block < 0) return undefined;
    const declared = resolved.pointerDepth === 1 ? resolved.struct : undefined;
    return await this.view(block, { ...options, struct: options.struct ?? this.structOf(block) ?? declared });
  }

  /** The blocks that an array of pointers leads to (`Material **mat`): -1 for each one that leads to none. */
  async targets(view: StructView, field: FieldReference, options: AbortOptions = {}): Promise<number[]> {
    const array = this.target(view, field);
    if (array < 0) return [];
    const bytes = await this.readBody(array, options);
    const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const { pointerBytes, littleEndian } = this.header;
    const found: number[] = [];
    for (let at = 0; at + pointerBytes <= bytes.length; at += pointerBytes) {
      const wide = pointerBytes === 8;
      const low = data.getUint32(wide && !littleEndian ? at + 4 : at, littleEndian);
      const high = wide ? data.getUint32(littleEndian ? at + 4 : at, littleEndian) : 0;
      found.push(this.blocks.findWords(low, high, view.block));
    }
    return found;
  }

  /**
   * The elements of a `ListBase` field, from `first` along `next`.
   * @throws FieldMissingError for elements that cannot stand in a list; BlendDataCyclicError when the list does not end,
   * at the latest after three rounds
   */
  async *list(view: StructView, field: string, options: ListOptions = {}): AsyncGenerator<StructView, void, undefined> {
    const cycle = new CycleDetector();
    let element = await this.follow(view, `${field}.first`, options);
    while (element !== undefined) {
      if (cycle.returns(element.block)) {
        const offset = this.blocks.bodyOffset(element.block);
        throw new BlendDataCyclicError({ file: this.name, offset }, `list ${view.struct.name}.${field}`);
      }
      yield element;
      const next = this.#nextOf(element, options.next);
      element = await this.follow(element, next, options);
    }
  }

  async close(): Promise<void> {
    await this.content[Symbol.asyncDispose]();
    if (this.stored !== this.content) await this.stored[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #nextOf({ struct, block, bodyOffset }: StructView, path: string | undefined): DnaField {
    const field = path === undefined ? (nextField(struct) ?? struct.findField('next')) : struct.findField(path);
    if (field !== undefined) return field;
    const position = { file: this.name, offset: this.blocks.bodyOffset(block) + bodyOffset };
    throw new FieldMissingError(struct.name, path ?? 'next', position);
  }

  #bodyStart(block: number, offset: number, lengthBytes: number): number {
    const start = this.blocks.bodyOffset(block) + offset;
    const position = { file: this.name, offset: start };
    if (offset < 0 || lengthBytes < 0 || offset + lengthBytes > this.blocks.bodyLength(block)) {
      throw new FileBlockInvalidError(position, `block ${block} has no bytes ${offset} to ${offset + lengthBytes}`);
    }
    if (lengthBytes > MOST_READ_BYTES) throw new BlendFileTooLargeError(position, 'a read', MOST_READ_BYTES);
    return start;
  }

  #assertElement(block: number, struct: DnaStruct | undefined, element: number): DnaStruct {
    const position = { file: this.name, offset: this.blocks.headerOffset(block) };
    if (struct === undefined) {
      const index = this.blocks.sdnaIndex(block);
      throw new FileBlockInvalidError(position, `block ${block} has no struct (SDNA index ${index})`);
    }
    const count = this.elementCount(block, struct);
    if (element >= 0 && element < count) return struct;
    throw new FileBlockInvalidError(position, `block ${block} holds ${count} of ${struct.name}, not number ${element}`);
  }
}
