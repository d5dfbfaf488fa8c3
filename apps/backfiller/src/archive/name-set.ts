/**
 * Whether a name was among those of a listing, in 8 bytes for each, where the names themselves take 70 to 90: hours that are
 * watched are many, and seldom change. Holds hashes of 53 bits; that two of 2,000 names meet in one happens once in
 * 10^9 listings, and then one of them passes for known.
 */
export class NameSet {
  /** Ascending. */
  readonly #hashes: Float64Array;

  constructor(names: readonly string[]) {
    this.#hashes = Float64Array.from(names, hashOf).sort();
  }

  has(name: string): boolean {
    const wanted = hashOf(name);
    let [low, high] = [0, this.#hashes.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#hashes[middle] ?? Infinity) < wanted) low = middle + 1;
      else high = middle;
    }
    return this.#hashes[low] === wanted;
  }
}

/** Two multiplicative hashes (FNV-1a with different primes and a final mix), of which 32 and 21 bits are taken. */
function hashOf(name: string): number {
  let [a, b] = [0x811c9dc5, 0x9e3779b9];
  for (let index = 0; index < name.length; index += 1) {
    const code = name.charCodeAt(index);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b);
  }
  return (mixed(b) >>> 11) * 2 ** 32 + (mixed(a) >>> 0);
}

function mixed(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  return once ^ (once >>> 15);
}
