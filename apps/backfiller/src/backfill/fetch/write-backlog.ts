/**
 * Contents in memory that are being written, of all requests together: 12 MiB of contents of 256 KiB. Enough for groups
 * of files that share their syncs, few enough for a full disk to cost little that was fetched in vain.
 */
const MOST_WRITES = 48;

/** Bounds the writes under way, so that requests need not wait for the disk, and memory does not fill where it is slow. */
export class WriteBacklog {
  readonly #most: number;
  /** Requests that wait for room, one for each write that ends. */
  readonly #blocked: (() => void)[] = [];
  #emptied: PromiseWithResolvers<void> | undefined;
  #count = 0;

  constructor(most: number = MOST_WRITES) {
    this.#most = most;
  }

  /** Counts a write until it ends; it MUST not reject. Resolves at once, or when there is room for one more. */
  add(write: Promise<void>): Promise<void> | undefined {
    this.#count += 1;
    void write.then(() => this.#end());
    if (this.#count < this.#most) return undefined;
    return new Promise((resolve) => this.#blocked.push(resolve));
  }

  /** Resolves when nothing is being written. */
  async empty(): Promise<void> {
    if (this.#count === 0) return;
    this.#emptied ??= Promise.withResolvers();
    await this.#emptied.promise;
  }

  #end(): void {
    this.#count -= 1;
    this.#blocked.shift()?.();
    if (this.#count > 0) return;
    this.#emptied?.resolve();
    this.#emptied = undefined;
  }
}
