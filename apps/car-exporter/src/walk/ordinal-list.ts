/** Ordinals that are collected one by one; 4 bytes each. */
export class OrdinalList {
  #words: Uint32Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity = 1024) {
    this.#words = new Uint32Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  push(ordinal: number): void {
    if (this.#length === this.#words.length) this.#grow(this.#length + 1);
    this.#words[this.#length] = ordinal;
    this.#length += 1;
  }

  append(ordinals: Uint32Array): void {
    if (this.#length + ordinals.length > this.#words.length) this.#grow(this.#length + ordinals.length);
    this.#words.set(ordinals, this.#length);
    this.#length += ordinals.length;
  }

  /** What was collected, sorted: in the order in which it stands in the files. The list is empty then. */
  takeSorted(): Uint32Array {
    const sorted = this.#words.subarray(0, this.#length).sort();
    this.#words = new Uint32Array(1024);
    this.#length = 0;
    return sorted;
  }

  /** A copy of what was collected; the list is empty then. */
  take(): Uint32Array<ArrayBuffer> {
    const taken = this.#words.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  /** A copy of what was collected so far. */
  copy(): Uint32Array<ArrayBuffer> {
    return this.#words.slice(0, this.#length);
  }

  #grow(least: number): void {
    const larger = new Uint32Array(Math.max(least, 2 * this.#words.length));
    larger.set(this.#words);
    this.#words = larger;
  }
}
