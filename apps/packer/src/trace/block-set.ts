const LEAST_CAPACITY = 1024;

/** Numbers of file-blocks, one byte for each up to the highest: a file has hundreds of thousands, and a `Set` took 8 % of its trace. */
export class BlockSet {
  #isIn = new Uint8Array(0);

  add(block: number): void {
    if (block >= this.#isIn.length) this.#grow(block + 1);
    this.#isIn[block] = 1;
  }

  has(block: number): boolean {
    return this.#isIn[block] === 1;
  }

  delete(block: number): void {
    if (block < this.#isIn.length) this.#isIn[block] = 0;
  }

  #grow(least: number): void {
    const capacity = Math.max(LEAST_CAPACITY, 2 * this.#isIn.length, least);
    this.#isIn = new Uint8Array(this.#isIn.buffer.transfer(capacity));
  }
}
