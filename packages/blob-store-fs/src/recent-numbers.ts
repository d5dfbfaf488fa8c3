/** A set of numbers that forgets the oldest: it holds the last `capacity` that were added, and up to as many before them. */
export class RecentNumbers {
  readonly #capacity: number;
  #young = new Set<number>();
  #old = new Set<number>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  has(value: number): boolean {
    return this.#young.has(value) || this.#old.has(value);
  }

  add(value: number): void {
    if (this.#young.size >= this.#capacity) {
      this.#old = this.#young;
      this.#young = new Set();
    }
    this.#young.add(value);
  }

  delete(value: number): void {
    this.#young.delete(value);
    this.#old.delete(value);
  }
}
