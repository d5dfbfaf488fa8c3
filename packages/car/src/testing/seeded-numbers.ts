/**
 * A row of numbers that is the same for the same seed on every machine: integer arithmetic of 32 bits only
 * (the generator sfc32, seeded through the finaliser of MurmurHash3). Good for test data, useless for secrets.
 */
export class SeededNumbers {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param stream Numbers of the same seed and another stream are another row. */
  constructor(seed: number, stream = 0) {
    this.#a = mix(seed | 0);
    this.#b = mix(Math.trunc(seed / 2 ** 32) ^ 0x5eed);
    this.#c = mix(stream ^ 0x51ea);
    for (let warmUp = 0; warmUp < 12; warmUp += 1) this.next();
  }

  /** A whole number of 32 bits, from 0 on. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A whole number from 0 up to the one before `limit`. */
  below(limit: number): number {
    return Math.floor((this.next() / 2 ** 32) * limit);
  }

  /** True in so many of all cases; 0 is never, 1 is always. */
  chance(fraction: number): boolean {
    return this.next() / 2 ** 32 < fraction;
  }
}

function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
