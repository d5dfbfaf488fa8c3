/** The slice of the block columns that addresses are looked up in. */
export interface AddressColumns {
  readonly addressLow: Uint32Array;
  readonly addressHigh: Uint32Array;
  readonly length: number;
}

/** A fixed one would let a file choose addresses that all fall into one place, and a look-up take minutes. */
const SEED = Math.floor(Math.random() * 2 ** 32);

/**
 * Old address -> file-block: a hash table of block numbers in one typed array, 4 to 8 bytes for a block.
 * One address can belong to several blocks: Blender frees memory and uses it again while it writes.
 */
export class OldAddressTable {
  readonly #columns: AddressColumns;
  /** Block number + 1; 0 is empty. Of blocks that share an address, the first. */
  readonly #slots: Uint32Array;
  readonly #mask: number;
  /** First block with an address -> all of them in rising order, where there are several. */
  readonly #sharers = new Map<number, number[]>();

  constructor(columns: AddressColumns) {
    this.#columns = columns;
    const size = 2 ** Math.ceil(Math.log2(Math.max(columns.length, 4) * 1.5));
    this.#slots = new Uint32Array(size);
    this.#mask = size - 1;
    for (let block = 0; block < columns.length; block += 1) this.#insert(block);
  }

  /** The first block with this address, or -1. No block has the address 0: that is the null pointer. */
  first(low: number, high: number): number {
    const { addressLow, addressHigh } = this.#columns;
    for (let slot = this.#home(low, high); ; slot = (slot + 1) & this.#mask) {
      const block = (this.#slots[slot] ?? 0) - 1;
      if (block < 0 || (addressLow[block] === low && addressHigh[block] === high)) return block;
    }
  }

  /** All blocks with the address of this one, if it is not the only one. */
  sharers(first: number): readonly number[] | undefined {
    return this.#sharers.get(first);
  }

  #insert(block: number): void {
    const { addressLow, addressHigh } = this.#columns;
    const low = addressLow[block] ?? 0;
    const high = addressHigh[block] ?? 0;
    if (low === 0 && high === 0) return;
    for (let slot = this.#home(low, high); ; slot = (slot + 1) & this.#mask) {
      const other = (this.#slots[slot] ?? 0) - 1;
      if (other < 0) {
        this.#slots[slot] = block + 1;
        return;
      }
      if (addressLow[other] === low && addressHigh[other] === high) {
        this.#share(other, block);
        return;
      }
    }
  }

  #share(first: number, block: number): void {
    const sharers = this.#sharers.get(first);
    if (sharers === undefined) this.#sharers.set(first, [first, block]);
    else sharers.push(block);
  }

  /** The finaliser of MurmurHash3 over both halves. */
  #home(low: number, high: number): number {
    let hash = low ^ SEED ^ Math.imul(high ^ (SEED >>> 7), 0x9e37_79b1);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
    return (hash ^ (hash >>> 16)) & this.#mask;
  }
}
