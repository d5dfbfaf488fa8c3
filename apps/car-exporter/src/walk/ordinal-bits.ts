import { OrdinalList } from './ordinal-list.ts';

/** Which frames of a source belong to the export already: a bit for each, in memory that threads share. */
export class OrdinalBits {
  readonly shared: SharedArrayBuffer;
  readonly #words: Int32Array;

  /** @param source The bits of another thread, or how many are needed. */
  constructor(source: SharedArrayBuffer | number) {
    this.shared = typeof source === 'number' ? new SharedArrayBuffer(4 * Math.ceil(source / 32)) : source;
    this.#words = new Int32Array(this.shared);
  }

  /** True for the one thread that was first. */
  add(ordinal: number): boolean {
    const bit = 1 << (ordinal & 31);
    const word = ordinal >>> 5;
    // Nearly all that is asked for is there already: a look costs a tenth of an atomic change.
    if (((this.#words[word] ?? 0) & bit) !== 0) return false;
    return (Atomics.or(this.#words, word, bit) & bit) === 0;
  }

  /** The bits as they are now. */
  copy(): Int32Array<ArrayBuffer> {
    return this.#words.slice();
  }

  /** Sets the bits to those of a copy. */
  load(words: Int32Array): void {
    this.#words.set(words);
  }
}

/** A set of ordinals as bits. @param wordCount As the bits of the source have. */
export function packOrdinals(ordinals: Uint32Array, wordCount: number): Int32Array<ArrayBuffer> {
  const words = new Int32Array(wordCount);
  for (const ordinal of ordinals) words[ordinal >>> 5] = (words[ordinal >>> 5] ?? 0) | (1 << (ordinal & 31));
  return words;
}

/** The ordinals of a set of bits, sorted. */
export function unpackOrdinals(words: Int32Array): Uint32Array<ArrayBuffer> {
  const ordinals = new OrdinalList();
  for (const [at, word] of words.entries())
    for (let rest = word; rest !== 0; rest &= rest - 1) ordinals.push(at * 32 + 31 - Math.clz32(rest & -rest));
  return ordinals.take();
}
