/** Keeps what was used last, up to a number of bytes, and hands back what it drops, so that the memory can be used again. */
export class PageCache {
  readonly #pages = new Map<number, Uint8Array>();
  readonly #limitBytes: number;
  readonly #drop: (bytes: Uint8Array, page: number) => void;
  #sizeBytes = 0;

  constructor(limitBytes: number, drop: (bytes: Uint8Array, page: number) => void) {
    this.#limitBytes = limitBytes;
    this.#drop = drop;
  }

  get(page: number): Uint8Array | undefined {
    const bytes = this.#pages.get(page);
    if (bytes === undefined) return undefined;
    this.#pages.delete(page);
    this.#pages.set(page, bytes);
    return bytes;
  }

  /** The page that is set stays, whatever its size. */
  set(page: number, bytes: Uint8Array): void {
    this.#remove(page);
    this.#pages.set(page, bytes);
    this.#sizeBytes += bytes.length;
    for (const oldest of this.#pages.keys()) {
      if (this.#sizeBytes <= this.#limitBytes || oldest === page) break;
      this.#remove(oldest);
    }
  }

  #remove(page: number): void {
    const bytes = this.#pages.get(page);
    if (bytes === undefined) return;
    this.#pages.delete(page);
    this.#sizeBytes -= bytes.length;
    this.#drop(bytes, page);
  }
}
