/** A list of 32-bit words of unknown length: memory is taken chunk by chunk, never moved, and given back as it is read. */
export class GrowingWords {
  length = 0;
  readonly #chunks: Int32Array[] = [];
  #chunk: Int32Array = new Int32Array(0);
  #used = 0;

  push(word: number): void {
    if (this.#used === this.#chunk.length) this.#addChunk();
    this.#chunk[this.#used] = word;
    this.#used += 1;
    this.length += 1;
  }

  /** Gives all chunks in order, the last one cut to its length, and keeps none. */
  *drain(): Generator<Int32Array, void, undefined> {
    for (let chunk = this.#chunks.shift(); chunk !== undefined; chunk = this.#chunks.shift()) {
      yield chunk === this.#chunk ? chunk.subarray(0, this.#used) : chunk;
    }
    this.#chunk = new Int32Array(0);
    this.#used = 0;
    this.length = 0;
  }

  /** The first chunk is small, as most files are. The length is a multiple of what is pushed together: 2 and 3. */
  #addChunk(): void {
    this.#chunk = new Int32Array(this.#chunks.length === 0 ? 6 * 256 : 6 * 65_536);
    this.#chunks.push(this.#chunk);
    this.#used = 0;
  }
}
