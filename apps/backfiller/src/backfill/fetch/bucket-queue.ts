import { Fifo } from '@waybill/common';

interface Bucket<T> {
  readonly group: string;
  readonly priority: number;
  readonly items: Fifo<T>;
}

/**
 * A priority queue of groups: the group with the lowest priority number comes first, items of one group come in the
 * order in which they were pushed. Adding and taking costs the logarithm of the number of groups, not of items.
 */
export class BucketQueue<T> {
  readonly #buckets = new Map<string, Bucket<T>>();
  /** A binary heap by priority, then by group. */
  readonly #heap: Bucket<T>[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(group: string, priority: number, item: T): void {
    let bucket = this.#buckets.get(group);
    if (bucket === undefined) {
      bucket = { group, priority, items: new Fifo<T>() };
      this.#buckets.set(group, bucket);
      this.#heap.push(bucket);
      this.#siftUp(this.#heap.length - 1);
    }
    bucket.items.push(item);
    this.#size += 1;
  }

  /** The group from which `shift` takes next; undefined when empty. */
  get firstGroup(): string | undefined {
    return this.#heap[0]?.group;
  }

  /** Takes the first item of the first group. */
  shift(): T | undefined {
    const bucket = this.#heap[0];
    if (bucket === undefined) return undefined;
    const item = bucket.items.shift();
    this.#size -= 1;
    if (bucket.items.size === 0) this.#removeFirst(bucket);
    return item;
  }

  #removeFirst(bucket: Bucket<T>): void {
    this.#buckets.delete(bucket.group);
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#siftDown();
  }

  #siftUp(from: number): void {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #siftDown(): void {
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const smaller = this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#isBefore(smaller, at)) return;
      this.#swap(at, smaller);
      at = smaller;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [first, second] = [this.#heap[a], this.#heap[b]];
    if (first === undefined || second === undefined) return false;
    return first.priority === second.priority ? first.group < second.group : first.priority < second.priority;
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#heap[a], this.#heap[b]];
    if (first === undefined || second === undefined) return;
    this.#heap[a] = second;
    this.#heap[b] = first;
  }
}
