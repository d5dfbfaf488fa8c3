export interface SizedCacheInit<Value> {
  /** The sum of sizes that is kept. A value larger than this is not kept at all. */
  maxBytes: number;
  sizeOf: (value: Value) => number;
  /**
   * Keep a value only when its key is set for the second time. Default false. One walk over everything then pushes nothing
   * out, and leaves no old garbage: the collector frees at once what never was kept.
   */
  fromSecondTime?: boolean;
}

/** Keys remembered as set once. */
const MAX_SET_ONCE = 4096;

/** Keeps the values that were used last, as many as fit into a number of bytes. */
export class SizedCache<Value extends object | string> {
  readonly #maxBytes: number;
  readonly #sizeOf: (value: Value) => number;
  /** In order of use, oldest first. */
  readonly #values = new Map<string, Value>();
  #bytes = 0;
  /** Undefined where the first time is enough. Oldest first. */
  readonly #setOnce: Set<string> | undefined;

  constructor({ maxBytes, sizeOf, fromSecondTime = false }: SizedCacheInit<Value>) {
    this.#maxBytes = maxBytes;
    this.#sizeOf = sizeOf;
    if (fromSecondTime) this.#setOnce = new Set();
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
    if (bytes > this.#maxBytes || this.#isFirstTime(key)) return;
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

  #isFirstTime(key: string): boolean {
    const setOnce = this.#setOnce;
    if (setOnce === undefined || setOnce.has(key)) return false;
    setOnce.add(key);
    const [oldest] = setOnce;
    if (setOnce.size > MAX_SET_ONCE && oldest !== undefined) setOnce.delete(oldest);
    return true;
  }
}
