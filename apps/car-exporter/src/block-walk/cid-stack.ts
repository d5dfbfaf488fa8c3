/** What was taken from a {@link CidStack}: CIDs, and what was kept beside each. */
export interface CidBatch {
  readonly cids: readonly Uint8Array[];
  readonly notes: Uint32Array;
}

/** After each CID: 2 bytes of its length, 4 bytes of its note. */
const TRAILER_BYTES = 2 + 4;

/** CIDs that are still to be read, each with a number, one behind the other in one array: 44 bytes for a usual one. */
export class CidStack {
  #bytes: Uint8Array;
  #view: DataView;
  #used = 0;
  #length = 0;

  /** @param capacityBytes What fits before the array grows. */
  constructor(capacityBytes = 64 * 1024) {
    this.#bytes = new Uint8Array(capacityBytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#length;
  }

  push(bytes: Uint8Array, start: number, length: number, note: number): void {
    const end = this.#used + length;
    if (end + TRAILER_BYTES > this.#bytes.length) this.#grow(end + TRAILER_BYTES);
    this.#bytes.set(bytes.subarray(start, start + length), this.#used);
    this.#view.setUint16(end, length);
    this.#view.setUint32(end + 2, note);
    this.#used = end + TRAILER_BYTES;
    this.#length += 1;
  }

  /** Up to `most` of those that came last, the last one first. */
  pop(most: number): CidBatch {
    const count = Math.min(most, this.#length);
    const notes = new Uint32Array(count);
    const cids: Uint8Array[] = [];
    for (let at = 0; at < count; at += 1) {
      const end = this.#used - TRAILER_BYTES;
      const start = end - this.#view.getUint16(end);
      notes[at] = this.#view.getUint32(end + 2);
      cids.push(this.#bytes.slice(start, end));
      this.#used = start;
    }
    this.#length -= count;
    return { cids, notes };
  }

  /** Puts all that `other` has on top, so that it comes off in the order in which it was put in there. `other` is empty then. */
  pushReversed(other: CidStack): void {
    while (other.#length > 0) {
      const end = other.#used - TRAILER_BYTES;
      const start = end - other.#view.getUint16(end);
      this.push(other.#bytes, start, end - start, other.#view.getUint32(end + 2));
      other.#used = start;
      other.#length -= 1;
    }
  }

  #grow(least: number): void {
    const larger = new Uint8Array(Math.max(least, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
