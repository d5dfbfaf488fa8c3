/** Which frames of a source belong to the export already: a bit for each, in memory that threads share. */
export class OrdinalBits {
  readonly shared: SharedArrayBuffer;
  readonly #words: Int32Array;

  /** @param source The bits of another thread, or how many are needed. */
  constructor(source: SharedArrayBuffer | number) {
    this.shared = typeof source === 'number' ? new SharedArrayBuffer(4 * Math.ceil(source / 32)) : source;
    this.#words = new Int32Array(this.shared);
  }

  /** True for the one thread that was first. */
  add(ordinal: number): boolean {
    const bit = 1 << (ordinal & 31);
    const word = ordinal >>> 5;
    // Nearly all that is asked for is there already: a look costs a tenth of an atomic change.
    if (((this.#words[word] ?? 0) & bit) !== 0) return false;
    return (Atomics.or(this.#words, word, bit) & bit) === 0;
  }
}
