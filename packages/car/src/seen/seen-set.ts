import { CidKeyMaker, KEY_SEED_WORDS, type KeySeed, randomKeySeed } from '../cid-key.ts';
import { SeenSetFullError } from '../errors.ts';

/** What makes a set in another thread; goes through `postMessage`. */
export interface SharedSeenSet {
  readonly expectedEntries: number;
  readonly slots: SharedArrayBuffer;
  /** Seed of the keys, then one counter for each of {@link COUNTERS} threads, each on a cache line of its own. */
  readonly state: SharedArrayBuffer;
}

export interface SeenSetOptions {
  /** How many CIDs are to come, at most. The set does not grow: growing would stop all threads, and double the memory. */
  expectedEntries: number;
}

/** A key is four words of 4 bytes. */
const WORDS = 4;
/** Linear probing stays short up to here: 16 / 0.72 = 22.3 bytes for each expected entry. */
const LOAD = 0.72;
const LEAST_SLOTS = 64;
/** 16 GiB, the most that an Int32Array can show. */
const MOST_SLOTS = 2 ** 30;
const COUNTERS = 64;
const COUNTER_STEP = 16;

/**
 * The CIDs that were met, in 16 bytes each, for any number of threads. Each key is added by exactly one of them.
 *
 * A slot is four words, set from 0 to their value in their order by compare-and-exchange and never changed again. Who finds
 * another value in a word than his own goes on to the next slot, which everybody with the same key does; who sets the
 * last word has added the key. So no thread ever waits for another, not even for one that has died on the way.
 */
export class SeenSet {
  readonly shared: SharedSeenSet;
  readonly #slots: Int32Array;
  readonly #slotCount: number;
  readonly #counters: Int32Array;
  readonly #counter: number;
  /** More threads than counters, or one that was here before: then counting takes a lock. */
  readonly #sharesCounter: boolean;
  readonly #keys: CidKeyMaker;
  readonly #most: number;
  #addedHere = 0;

  constructor(shared: SharedSeenSet) {
    this.shared = shared;
    this.#slots = new Int32Array(shared.slots);
    this.#slotCount = this.#slots.length / WORDS;
    this.#most = Math.max(shared.expectedEntries, Math.floor(this.#slotCount * 0.9));
    const state = new Int32Array(shared.state);
    this.#keys = new CidKeyMaker([...state.subarray(0, KEY_SEED_WORDS)]);
    this.#counters = state.subarray(COUNTER_STEP);
    const thread = Atomics.add(state, KEY_SEED_WORDS, 1);
    this.#counter = (thread % COUNTERS) * COUNTER_STEP;
    this.#sharesCounter = thread >= COUNTERS;
  }

  /** How many keys all threads have added. Exact when none is adding. */
  get size(): number {
    let size = 0;
    for (let at = 0; at < this.#counters.length; at += COUNTER_STEP) size += Atomics.load(this.#counters, at) >>> 0;
    return size;
  }

  /**
   * Adds the CID at `start`; true when nobody had, in any thread, before.
   * @throws SeenSetFullError; CidInvalidError, VarintInvalidError, CarTruncatedError for bytes that are no CID.
   */
  add(bytes: Uint8Array, start: number, length: number): boolean {
    this.#keys.make(bytes, start, length);
    const { words } = this.#keys;
    const slots = this.#slots;
    let slot = this.#home();
    for (let probes = this.#slotCount; probes > 0; probes -= 1) {
      const at = slot * WORDS;
      // A look without a lock is enough to see that somebody else is here: a word changes once only.
      const seen = slots[at] ?? 0;
      if (seen === 0 || seen === words[0]) {
        const outcome = this.#claim(at);
        if (outcome !== OTHER) return outcome === ADDED && this.#count();
      }
      slot += 1;
      if (slot === this.#slotCount) slot = 0;
    }
    throw new SeenSetFullError(this.shared.expectedEntries);
  }

  /** Whether the CID was added. Adds of other threads that are under way may be seen or not. */
  has(bytes: Uint8Array, start: number, length: number): boolean {
    this.#keys.make(bytes, start, length);
    const { words } = this.#keys;
    const slots = this.#slots;
    let slot = this.#home();
    for (let probes = this.#slotCount; probes > 0; probes -= 1) {
      const at = slot * WORDS;
      let word = 0;
      while (word < WORDS && Atomics.load(slots, at + word) === words[word]) word += 1;
      if (word === WORDS) return true;
      if (Atomics.load(slots, at) === 0) return false;
      slot += 1;
      if (slot === this.#slotCount) slot = 0;
    }
    return false;
  }

  #home(): number {
    return Math.floor((((this.#keys.words[0] ?? 0) >>> 0) / 0x1_0000_0000) * this.#slotCount);
  }

  #claim(at: number): number {
    const { words } = this.#keys;
    const slots = this.#slots;
    for (let word = 0; word < WORDS; word += 1) {
      const mine = words[word] ?? 0;
      let found = slots[at + word] ?? 0;
      if (found === 0) found = Atomics.compareExchange(slots, at + word, 0, mine);
      if (found === 0) {
        if (word === WORDS - 1) return ADDED;
      } else if (found !== mine) return OTHER;
    }
    return FOUND;
  }

  #count(): true {
    if (this.#sharesCounter) Atomics.add(this.#counters, this.#counter, 1);
    else this.#counters[this.#counter] = (this.#counters[this.#counter] ?? 0) + 1;
    this.#addedHere += 1;
    // Long before the last slot is taken, each look takes thousands of steps.
    if ((this.#addedHere & 0xfff) === 0 && this.size > this.#most)
      throw new SeenSetFullError(this.shared.expectedEntries);
    return true;
  }
}

const FOUND = 0;
const ADDED = 1;
const OTHER = 2;

/**
 * Reserves memory for a set: 22.3 bytes for each expected entry, which the system gives page by page when it is used.
 * @throws RangeError above 773 million entries, which are 16 GiB.
 */
export function createSeenSet({ expectedEntries }: SeenSetOptions): SeenSet {
  const slotCount = Math.max(LEAST_SLOTS, Math.ceil(expectedEntries / LOAD));
  if (!(slotCount <= MOST_SLOTS)) throw new RangeError(`a seen set cannot hold ${expectedEntries} entries`);
  const slots = new SharedArrayBuffer(slotCount * WORDS * 4);
  const state = new SharedArrayBuffer((COUNTER_STEP + COUNTERS * COUNTER_STEP) * 4);
  writeSeed(state, randomKeySeed());
  return new SeenSet({ expectedEntries, slots, state });
}

/** The same set in another thread. */
export function openSeenSet(shared: SharedSeenSet): SeenSet {
  return new SeenSet(shared);
}

function writeSeed(state: SharedArrayBuffer, seed: KeySeed): void {
  new Int32Array(state).set(seed);
}
