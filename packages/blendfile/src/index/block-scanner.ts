import { BlendFileTooLargeError, BlendFileTruncatedError, FileBlockInvalidError } from '../errors.ts';
import { ENDB } from '../format/block-code.ts';
import { type BlockHeaderLayout, blockHeaderLayout } from '../format/block-header.ts';
import { type BlendHeader, headerSizeBytes } from '../format/header.ts';
import { BlockColumns } from './block-columns.ts';
import { BlockIndex } from './block-index.ts';
import type { BlockVisitor } from './block-visitor.ts';
import { BodyParts } from './body-parts.ts';

/** 8 million blocks in 200 MB of index: ten times what large production files have, and an end for hostile ones. */
const MOST_BLOCKS = 2 ** 23;

export interface BlockScannerInit {
  header: BlendHeader;
  /** For errors. */
  file: string;
  /** Of the content, where it is known: a block that would reach beyond it is refused at once. */
  sizeBytes?: number;
  visitor?: BlockVisitor | undefined;
  /** Default 8,388,608. */
  maxBlocks?: number | undefined;
}

/**
 * Makes the index from the content of a file, given in order and in pieces of any size. Gaps are allowed where
 * {@link position} says that nothing of them is needed, so that bodies need not be read.
 */
export class BlockScanner {
  readonly #file: string;
  readonly #littleEndian: boolean;
  readonly #layout: BlockHeaderLayout;
  readonly #sizeBytes: number;
  readonly #maxBlocks: number;
  readonly #visitor: BlockVisitor | undefined;
  readonly #parts: BodyParts | undefined;
  readonly #columns: BlockColumns;
  /** A header that came in pieces. */
  readonly #stage: Uint8Array;
  readonly #stageView: DataView;
  #staged = 0;
  #nextHeader: number;
  #position: number;
  #done = false;

  constructor({ header, file, sizeBytes = Infinity, visitor, maxBlocks = MOST_BLOCKS }: BlockScannerInit) {
    this.#file = file;
    this.#littleEndian = header.littleEndian;
    this.#layout = blockHeaderLayout(header);
    this.#sizeBytes = sizeBytes;
    this.#columns = new BlockColumns(sizeBytes);
    this.#maxBlocks = maxBlocks;
    this.#visitor = visitor;
    this.#parts = visitor && new BodyParts(visitor);
    this.#stage = new Uint8Array(this.#layout.sizeBytes);
    this.#stageView = new DataView(this.#stage.buffer);
    this.#nextHeader = this.#position = headerSizeBytes(header);
  }

  /** The next byte of the content that is needed. */
  get position(): number {
    return this.#position;
  }

  /** True once `ENDB` was seen. */
  get done(): boolean {
    return this.#done;
  }

  /**
   * @param offset Of `bytes` in the content; MUST not be beyond {@link position}. What follows `ENDB` is passed over.
   * @throws FileBlockInvalidError, BlendFileTruncatedError, BlendFileTooLargeError (too many blocks)
   */
  feed(bytes: Uint8Array, offset: number): void {
    if (!this.#done && offset > this.#position)
      throw new RangeError(`bytes from ${this.#position} on are needed, these begin at ${offset}`);
    const end = offset + bytes.length;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const { sizeBytes } = this.#layout;
    while (!this.#done && this.#position < end) {
      const at = this.#position - offset;
      if (this.#parts !== undefined && this.#parts.leftBytes > 0) this.#feedBody(this.#parts, bytes, at);
      else if (this.#staged === 0 && at + sizeBytes <= bytes.length) this.#readHeader(view, at);
      else this.#stageHeader(bytes, at);
    }
  }

  /**
   * The index, after everything was fed.
   * @param sizeBytes Of the content, where it was not known from the start.
   * @throws BlendFileTruncatedError without `ENDB`
   */
  finish(sizeBytes = this.#sizeBytes): BlockIndex {
    if (!this.#done) this.#assertBody(sizeBytes);
    if (!this.#done) this.#failTruncated('a block header', this.#nextHeader, this.#layout.sizeBytes, sizeBytes);
    return new BlockIndex(this.#columns, this.#layout.sizeBytes);
  }

  #feedBody(parts: BodyParts, bytes: Uint8Array, at: number): void {
    this.#position += parts.feed(bytes, at);
    if (parts.leftBytes === 0) this.#position = this.#nextHeader;
  }

  #stageHeader(bytes: Uint8Array, at: number): void {
    const { sizeBytes } = this.#layout;
    const taken = Math.min(bytes.length - at, sizeBytes - this.#staged);
    this.#stage.set(bytes.subarray(at, at + taken), this.#staged);
    this.#staged += taken;
    this.#position += taken;
    if (this.#staged < sizeBytes) return;
    this.#staged = 0;
    this.#readHeader(this.#stageView, 0);
  }

  #readHeader(view: DataView, at: number): void {
    const { wide, widePointers, lengthAt, oldAddressAt, sdnaIndexAt, countAt } = this.#layout;
    const little = this.#littleEndian;
    const length = wide ? getUint64(view, at + lengthAt) : view.getInt32(at + lengthAt, little);
    const count = wide ? getUint64(view, at + countAt) : view.getInt32(at + countAt, little);
    const sdnaIndex = view.getInt32(at + sdnaIndexAt, little);
    if (length < 0 || count < 0 || sdnaIndex < 0 || Math.max(length, count) > Number.MAX_SAFE_INTEGER) {
      this.#failInvalid(`a file-block has length ${length}, SDNA index ${sdnaIndex}, count ${count}`);
    }
    const low = view.getUint32(at + (widePointers && !little ? oldAddressAt + 4 : oldAddressAt), little);
    const high = widePointers ? view.getUint32(at + (little ? oldAddressAt + 4 : oldAddressAt), little) : 0;
    const code = view.getUint32(at, true);
    this.#append(code, low, high, sdnaIndex, count);
    const bodyStart = this.#nextHeader + this.#layout.sizeBytes;
    this.#advance(code, bodyStart + length);
    if (!this.#done) this.#beginBody(code, sdnaIndex, length, count, bodyStart);
  }

  #append(code: number, low: number, high: number, sdnaIndex: number, count: number): void {
    const columns = this.#columns;
    if (columns.length >= this.#maxBlocks) {
      const position = { file: this.#file, offset: this.#nextHeader };
      throw new BlendFileTooLargeError(position, 'the file', this.#maxBlocks, 'file-blocks');
    }
    const known = columns.push(code, this.#nextHeader, low, high, sdnaIndex, count);
    if (!known) this.#failInvalid('there are more than 256 kinds of file-blocks');
  }

  #advance(code: number, end: number): void {
    if (end > Number.MAX_SAFE_INTEGER) this.#failInvalid(`a file-block ends at ${end}`);
    this.#position = this.#nextHeader = end;
    this.#columns.close(end);
    this.#assertBody(this.#sizeBytes);
    this.#done = code === ENDB;
  }

  #beginBody(code: number, sdnaIndex: number, length: number, count: number, start: number): void {
    const unitBytes = this.#visitor?.wants(code, sdnaIndex, length, count) ?? 0;
    if (unitBytes === 0 || this.#parts === undefined) return;
    this.#parts.begin(this.#columns.length - 1, unitBytes, length);
    if (this.#parts.leftBytes > 0) this.#position = start;
  }

  #assertBody(sizeBytes: number): void {
    if (this.#nextHeader <= sizeBytes) return;
    const { offsets, length } = this.#columns;
    const start = (offsets[length - 1] ?? 0) + this.#layout.sizeBytes;
    this.#failTruncated('the body of a file-block', start, this.#nextHeader - start, sizeBytes);
  }

  #failTruncated(what: string, offset: number, neededBytes: number, sizeBytes: number): never {
    const availableBytes = Math.max(0, sizeBytes - offset);
    throw new BlendFileTruncatedError({ file: this.#file, offset }, what, neededBytes, availableBytes);
  }

  #failInvalid(problem: string): never {
    throw new FileBlockInvalidError({ file: this.#file, offset: this.#nextHeader }, problem);
  }
}

/** As a number, little endian as always where lengths are wide; exact up to 2^53. */
function getUint64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
}
