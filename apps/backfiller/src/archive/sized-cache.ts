export interface SizedCacheInit<Value> {
  /** The sum of sizes that is kept. A value larger than this is not kept at all. */
  maxBytes: number;
  sizeOf: (value: Value) => number;
}

/** Keeps the values that were used last, as many as fit into a number of bytes. */
export class SizedCache<Value extends object | string> {
  readonly #maxBytes: number;
  readonly #sizeOf: (value: Value) => number;
  /** In order of use, oldest first. */
  readonly #values = new Map<string, Value>();
  #bytes = 0;

  constructor({ maxBytes, sizeOf }: SizedCacheInit<Value>) {
    this.#maxBytes = maxBytes;
    this.#sizeOf = sizeOf;
  }

  get sizeBytes(): number {
    return this.#bytes;
  }

  get(key: string): Value | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    this.delete(key);
    const bytes = this.#sizeOf(value);
    if (bytes > this.#maxBytes) return;
    this.#values.set(key, value);
    this.#bytes += bytes;
    for (const oldest of this.#values.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const value = this.#values.get(key);
    if (value === undefined) return;
    this.#values.delete(key);
    this.#bytes -= this.#sizeOf(value);
  }
}
