import { decodeCarHeader, carHeaderLength, type CarHeader } from '../codec/car-header.ts';
import { CAR_V2_HEADER_BYTES, type CarV2Header, decodeCarV2Header } from '../codec/car-v2.ts';
import { CidParts, readCid } from '../codec/cid.ts';
import { type CarLimits, carLimits } from '../codec/limits.ts';
import { readVarint, varintLength } from '../codec/varint.ts';
import {
  CarError,
  CarHeaderInvalidError,
  CarSectionInvalidError,
  CarSectionTooLargeError,
  CarTruncatedError,
} from '../errors.ts';

/** What a {@link CarScanner} tells. `bytes` belongs to the scanner or its caller: copy what is kept. */
export interface CarVisitor {
  /** Called once, before the first frame. */
  header?(header: CarFileHeader): void;
  /**
   * A frame is `varint length | CID | data`; `offset` is that of `frameStart` in the file.
   * The CID ends where the data begins.
   */
  frame(
    bytes: Uint8Array,
    frameStart: number,
    cidStart: number,
    dataStart: number,
    end: number,
    offset: number,
    cid: CidParts,
  ): void;
}

export interface CarFileHeader {
  readonly version: 1 | 2;
  readonly roots: CarHeader['roots'];
  /** Where the first frame begins. */
  readonly framesStart: number;
  /** Where the last frame ends; `undefined` for CARv1: at the end of the file. */
  readonly framesEnd: number | undefined;
  readonly v2: CarV2Header | undefined;
}

export interface CarScannerInit {
  visitor: CarVisitor;
  /** For errors. */
  file: string;
  limits?: Partial<CarLimits> | undefined;
  /** Take a frame of length 0 for the end, as go-car does when asked to: padding of some writers. Default false: an error. */
  zeroLengthAsEnd?: boolean | undefined;
}

type Stage = 'header' | 'v2-header' | 'inner-header' | 'frames' | 'rest';

/**
 * Reads a CARv1 or CARv2 file that comes in pieces of any size. Frames that lie in one piece as a whole are not copied.
 * All errors are {@link CarError}s with the offset in the file.
 */
export class CarScanner {
  readonly #visitor: CarVisitor;
  readonly #file: string;
  readonly #limits: CarLimits;
  readonly #zeroLengthAsEnd: boolean;
  readonly #cid = new CidParts();
  #stage: Stage = 'header';
  #v2: CarV2Header | undefined;
  #framesEnd = Infinity;
  /** Offset in the file of what is to be parsed next. */
  #offset = 0;
  /** Bytes that may be left out until then. */
  #skipTo = 0;
  /** The beginning of something that the pieces so far do not hold as a whole. */
  #carry = new Uint8Array(4096);
  #carried = 0;
  #needed = 1;

  constructor({ visitor, file, limits = {}, zeroLengthAsEnd = false }: CarScannerInit) {
    this.#visitor = visitor;
    this.#file = file;
    this.#limits = { ...carLimits, ...limits };
    this.#zeroLengthAsEnd = zeroLengthAsEnd;
  }

  /** Where the frames ended: at the end of the file, of the CARv2's data, or at a frame of length 0. */
  get framesEnd(): number {
    return Math.min(this.#offset, this.#framesEnd);
  }

  feed(piece: Uint8Array): void {
    let at = 0;
    while (at < piece.length) {
      const skipped = Math.min(this.#skipTo - this.#offset, piece.length - at);
      if (skipped > 0) {
        this.#offset += skipped;
        at += skipped;
      } else if (this.#carried > 0) at = this.#feedCarry(piece, at);
      else at = this.#feedWhole(piece, at);
    }
  }

  /** Says that no more comes. @throws CarTruncatedError where something is left unfinished. */
  finish(): void {
    const whole = this.#carried === 0 && (this.#framesEnd === Infinity || this.#offset === this.#framesEnd);
    if (this.#stage !== 'rest' && !(this.#stage === 'frames' && whole))
      throw this.#truncated(Math.max(this.#needed, this.#skipTo - this.#offset));
    const indexAt = this.#v2?.indexOffset ?? 0;
    if (indexAt > 0 && indexAt >= this.#offset)
      throw new CarTruncatedError(0, 'the index', indexAt - this.#offset + 1, 0).locate(this.#file, this.#offset);
  }

  #truncated(needed: number): CarTruncatedError {
    const what = { header: 'the header', 'v2-header': 'the CARv2 header', 'inner-header': 'the inner header' } as const;
    const name = this.#stage === 'frames' || this.#stage === 'rest' ? 'a section' : what[this.#stage];
    return new CarTruncatedError(0, name, needed, this.#carried).locate(this.#file, this.#offset);
  }

  #feedWhole(piece: Uint8Array, start: number): number {
    let at = start;
    while (at < piece.length) {
      const taken = this.#take(piece, at, piece.length);
      if (taken < 0) return this.#keep(piece, at, -taken);
      at += taken;
      this.#offset += taken;
      if (this.#skipTo > this.#offset) return at;
    }
    return at;
  }

  #feedCarry(piece: Uint8Array, at: number): number {
    const end = Math.min(piece.length, at + this.#needed - this.#carried);
    this.#append(piece, at, end);
    if (this.#carried < this.#needed) return end;
    const taken = this.#take(this.#carry, 0, this.#carried);
    if (taken < 0) {
      this.#needed = -taken;
      return end;
    }
    // Never more was gathered than was needed.
    this.#offset += taken;
    this.#carried = 0;
    return end;
  }

  #keep(piece: Uint8Array, at: number, needed: number): number {
    this.#append(piece, at, piece.length);
    this.#needed = needed;
    return piece.length;
  }

  #append(piece: Uint8Array, from: number, to: number): void {
    const length = this.#carried + to - from;
    if (length > this.#carry.length) {
      // As large as what comes in, not as what is announced.
      const larger = new Uint8Array(Math.max(length, Math.min(this.#needed, 2 * length)));
      larger.set(this.#carry.subarray(0, this.#carried));
      this.#carry = larger;
    }
    this.#carry.set(piece.subarray(from, to), this.#carried);
    this.#carried = length;
  }

  /** Parses one thing; gives its length, or how many bytes it needs, negative. */
  #take(bytes: Uint8Array, at: number, end: number): number {
    try {
      switch (this.#stage) {
        case 'frames':
          return this.#takeFrame(bytes, at, end);
        case 'header':
        case 'inner-header':
          return this.#takeHeader(bytes, at, end);
        case 'v2-header':
          return this.#takeV2Header(bytes, at, end);
        case 'rest':
          return end - at;
      }
    } catch (error) {
      throw error instanceof CarError && error.file === undefined ? error.locate(this.#file, this.#offset - at) : error;
    }
  }

  #takeFrame(bytes: Uint8Array, at: number, end: number): number {
    if (this.#offset >= this.#framesEnd) return this.#end(end - at);
    if (!hasVarint(bytes, at, end)) return this.#wants(at, end - at + 1, end);
    const length = readVarint(bytes, at, end);
    if (length === 0 && this.#zeroLengthAsEnd) return this.#end(end - at);
    if (length === 0) throw new CarSectionInvalidError(at, 'a section of length 0');
    const { maxSectionBytes } = this.#limits;
    if (length > maxSectionBytes) throw new CarSectionTooLargeError(at, 'a section', length, maxSectionBytes);
    const cidStart = at + varintLength(length);
    const frameEnd = cidStart + length;
    if (frameEnd > end) return this.#wants(at, frameEnd - at, end);
    this.#wants(at, frameEnd - at, end);
    const cidLength = this.#readCid(bytes, cidStart, frameEnd);
    this.#visitor.frame(bytes, at, cidStart, cidStart + cidLength, frameEnd, this.#offset, this.#cid);
    return frameEnd - at;
  }

  /** In a CARv2 the data ends before the file does. */
  #wants(at: number, needed: number, end: number): number {
    const left = this.#framesEnd - this.#offset;
    if (needed > left) throw new CarTruncatedError(at, 'a section', needed, Math.min(left, end - at));
    return -needed;
  }

  #readCid(bytes: Uint8Array, cidStart: number, frameEnd: number): number {
    try {
      return readCid(bytes, cidStart, frameEnd, this.#cid);
    } catch (error) {
      if (!(error instanceof CarTruncatedError)) throw error;
      throw new CarSectionInvalidError(cidStart, 'a section is shorter than its CID');
    }
  }

  #end(taken: number): number {
    this.#framesEnd = this.#offset;
    this.#stage = 'rest';
    return taken;
  }

  #takeHeader(bytes: Uint8Array, at: number, end: number): number {
    if (!hasVarint(bytes, at, end)) return -(end - at + 1);
    const { maxHeaderBytes } = this.#limits;
    const length = carHeaderLength(bytes, at, end, maxHeaderBytes);
    if (this.#v2 !== undefined) this.#checkInnerHeader(at, length);
    if (length > end - at) return -length;
    const header = decodeCarHeader(bytes, at, end, maxHeaderBytes);
    if (header.version === 2) return this.#takePragma(at, length);
    this.#stage = 'frames';
    this.#announce(header.roots, this.#offset + length);
    return length;
  }

  #checkInnerHeader(at: number, length: number): void {
    const left = this.#framesEnd - this.#offset;
    if (length > left) throw new CarTruncatedError(at, 'the inner header', length, left);
  }

  #takePragma(at: number, length: number): number {
    if (this.#v2 !== undefined) throw new CarHeaderInvalidError(at, 'a CARv2 inside a CARv2');
    this.#stage = 'v2-header';
    return length;
  }

  #takeV2Header(bytes: Uint8Array, at: number, end: number): number {
    if (end - at < CAR_V2_HEADER_BYTES) return -CAR_V2_HEADER_BYTES;
    this.#v2 = decodeCarV2Header(bytes, at, end);
    this.#skipTo = this.#v2.dataOffset;
    this.#framesEnd = this.#v2.dataOffset + this.#v2.dataSizeBytes;
    this.#stage = 'inner-header';
    return CAR_V2_HEADER_BYTES;
  }

  #announce(roots: CarHeader['roots'], framesStart: number): void {
    const v2 = this.#v2;
    const framesEnd = v2 === undefined ? undefined : this.#framesEnd;
    this.#visitor.header?.({ version: v2 === undefined ? 1 : 2, roots, framesStart, framesEnd, v2 });
  }
}

/** Nine bytes without an end are no varint either: reading them says so. */
function hasVarint(bytes: Uint8Array, at: number, end: number): boolean {
  for (let next = at; next < end && next < at + 9; next += 1) if ((bytes[next] ?? 0) < 0x80) return true;
  return end - at >= 9;
}
