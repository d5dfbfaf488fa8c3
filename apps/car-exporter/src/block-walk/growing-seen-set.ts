import { createSeenSet, type SeenSet, SeenSetFullError } from '@waybill/car';

/** 22 MB: enough for a small chain, and not worth a word for a large one. */
const FIRST_ENTRIES = 1_000_000;
const GROWTH = 2;

/**
 * The CIDs that were met, where nobody knows how many there will be. A table that is full stays as it is and a larger one is put
 * beside it: nothing is moved, and nothing is in memory twice. For one thread.
 */
export class GrowingSeenSet {
  readonly #tables: SeenSet[];
  #newest: SeenSet;
  #room: number;

  /** @param expectedEntries A good guess saves memory and time: one table then holds all, 22.3 bytes for each. */
  constructor(expectedEntries = FIRST_ENTRIES) {
    this.#newest = createSeenSet({ expectedEntries });
    this.#tables = [this.#newest];
    this.#room = expectedEntries;
  }

  get size(): number {
    return this.#tables.reduce((sum, table) => sum + table.size, 0);
  }

  /** True when the CID is new. @throws SeenSetFullError where memory has no room for a larger table. */
  add(bytes: Uint8Array, start: number, length: number): boolean {
    for (let at = this.#tables.length - 2; at >= 0; at -= 1)
      if (this.#tables[at]?.has(bytes, start, length) === true) return false;
    if (this.#room === 0) {
      if (this.#newest.has(bytes, start, length)) return false;
      this.#grow();
    }
    const isNew = this.#newest.add(bytes, start, length);
    if (isNew) this.#room -= 1;
    return isNew;
  }

  #grow(): void {
    const expectedEntries = this.#newest.shared.expectedEntries * GROWTH;
    try {
      this.#newest = createSeenSet({ expectedEntries });
    } catch (error) {
      throw error instanceof RangeError ? new SeenSetFullError(this.size) : error;
    }
    this.#tables.push(this.#newest);
    this.#room = expectedEntries;
  }
}
