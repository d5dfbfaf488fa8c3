/** Entries in front are given back to the memory in one go, and not before there are this many of them. */
const COMPACT_AT = 1024;

/** A queue, first in, first out. `push` and `shift` cost the same however long it is, which `Array.shift` does not. */
export class Fifo<T> implements Iterable<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** Takes the oldest item out; `undefined` when empty. */
  shift(): T | undefined {
    if (this.size === 0) return undefined;
    const item = this.#items[this.#head];
    // The slot must not keep the item alive until the next compaction.
    this.#items[this.#head++] = undefined;
    this.#compact();
    return item;
  }

  /** The oldest item, left in; `undefined` when empty. */
  peek(): T | undefined {
    return this.#items[this.#head];
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
  }

  /** From the oldest on, without taking any out. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (let at = this.#head; at < this.#items.length; at++) yield this.#items[at] as T;
  }

  #compact(): void {
    if (this.size === 0) this.clear();
    else if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
  }
}
