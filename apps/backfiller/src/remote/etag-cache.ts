export interface EtagCacheInit {
  /** Most entries. */
  readonly maxEntries: number;
  /** Most weight of all entries together. */
  readonly maxWeight: number;
}

interface Entry<T> {
  readonly etag: string;
  readonly value: T;
  readonly weight: number;
}

/** Values by path with the ETag that they came with; what was used longest ago goes first. */
export class EtagCache<T> {
  readonly #init: EtagCacheInit;
  readonly #entries = new Map<string, Entry<T>>();
  #weight = 0;

  constructor(init: EtagCacheInit) {
    this.#init = init;
  }

  get(path: string): { etag: string; value: T } | undefined {
    const entry = this.#entries.get(path);
    if (entry === undefined) return undefined;
    this.#entries.delete(path);
    this.#entries.set(path, entry);
    return entry;
  }

  set(path: string, etag: string, value: T, weight: number): void {
    this.#remove(path);
    this.#entries.set(path, { etag, value, weight });
    this.#weight += weight;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#init.maxEntries && this.#weight <= this.#init.maxWeight) break;
      this.#remove(oldest);
    }
  }

  #remove(path: string): void {
    const entry = this.#entries.get(path);
    if (entry === undefined) return;
    this.#entries.delete(path);
    this.#weight -= entry.weight;
  }
}
