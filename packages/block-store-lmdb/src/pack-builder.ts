import { encodeRecord, PACK_BYTES, recordBytes } from './pack-format.ts';

/** Packs that are not committed yet. Contents are copied: the arrays that were given may be used again. */
export class PackBuilder {
  #packs: Uint8Array[] = [];
  #open = Buffer.alloc(0);
  #used = 0;
  #sizeBytes = 0;

  /** Of the records so far. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** How many packs there are, the open one included: the last one has what was added last. */
  get packCount(): number {
    return this.#packs.length + (this.#used > 0 ? 1 : 0);
  }

  /** Gives the offset in the pack. */
  add(key: Uint8Array, data: Uint8Array): number {
    const length = recordBytes(key, data);
    if (this.#used + length > this.#open.length) this.#begin(length);
    const offset = this.#used;
    encodeRecord(this.#open, offset, key, data);
    this.#used += length;
    this.#sizeBytes += length;
    return offset;
  }

  /** All packs; the builder is empty then. */
  take(): Uint8Array[] {
    this.#finish();
    const packs = this.#packs;
    this.#packs = [];
    this.#sizeBytes = 0;
    return packs;
  }

  #begin(length: number): void {
    this.#finish();
    this.#open = Buffer.allocUnsafeSlow(Math.max(PACK_BYTES, length));
  }

  #finish(): void {
    if (this.#used > 0) this.#packs.push(this.#open.subarray(0, this.#used));
    this.#open = Buffer.alloc(0);
    this.#used = 0;
  }
}
