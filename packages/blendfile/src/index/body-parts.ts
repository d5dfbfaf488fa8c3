import type { BlockVisitor } from './block-visitor.ts';

/** Room for one unit that comes in pieces: a struct has 16 bits for its size. */
const STAGE_BYTES = 0x1_0000;

/** Cuts the body of one file-block, however it arrives, into parts of whole units for a {@link BlockVisitor}. */
export class BodyParts {
  readonly #visitor: BlockVisitor;
  #stage = new Uint8Array(0);
  #staged = 0;
  #block = 0;
  #unitBytes = 0;
  #leftBytes = 0;
  #offset = 0;

  constructor(visitor: BlockVisitor) {
    this.#visitor = visitor;
  }

  /** Bytes of the body that are still wanted. */
  get leftBytes(): number {
    return this.#leftBytes;
  }

  begin(block: number, unitBytes: number, lengthBytes: number): void {
    if (!(unitBytes <= STAGE_BYTES)) throw new RangeError(`a unit of ${unitBytes} bytes is larger than any struct`);
    this.#block = block;
    this.#unitBytes = unitBytes;
    this.#leftBytes = lengthBytes - (lengthBytes % unitBytes);
    this.#offset = 0;
    this.#staged = 0;
  }

  /** @returns how many of the bytes, from `start` on, belonged to the body. */
  feed(bytes: Uint8Array, start: number): number {
    const end = start + Math.min(bytes.length - start, this.#leftBytes);
    let at = start;
    while (at < end) at = this.#staged > 0 ? this.#fill(bytes, at, end) : this.#pass(bytes, at, end);
    return end - start;
  }

  /** Whole units without a copy; the start of the next one is kept. */
  #pass(bytes: Uint8Array, start: number, end: number): number {
    const whole = end - start - ((end - start) % this.#unitBytes);
    if (whole > 0) {
      this.#emit(bytes.subarray(start, start + whole));
      this.#leftBytes -= whole;
      return start + whole;
    }
    return this.#fill(bytes, start, end);
  }

  #fill(bytes: Uint8Array, start: number, end: number): number {
    if (this.#stage.length === 0) this.#stage = new Uint8Array(STAGE_BYTES);
    const taken = Math.min(end - start, this.#unitBytes - this.#staged);
    this.#stage.set(bytes.subarray(start, start + taken), this.#staged);
    this.#staged += taken;
    this.#leftBytes -= taken;
    if (this.#staged === this.#unitBytes) {
      this.#staged = 0;
      this.#emit(this.#stage.subarray(0, this.#unitBytes));
    }
    return start + taken;
  }

  #emit(part: Uint8Array): void {
    const offset = this.#offset;
    this.#offset += part.length;
    this.#visitor.visit(this.#block, part, offset);
  }
}
