/**
 * Where the linked CIDs of blocks stand: for each, its offset (after the 0x00) and its length. One buffer serves all
 * blocks of a walk: nothing is allocated for a block, except when the buffer grows to twice its size.
 * ```
 * const links = new LinkBuffer();
 * links.clear();
 * scanLinks(bytes, start, end, links);
 * for (let at = 0; at < links.count; at += 1) use(bytes, links.offset(at), links.length(at));
 * ```
 */
export class LinkBuffer {
  /** How many links there are. */
  count = 0;
  /** Offset and length in turn. Another array after `grow`: do not keep it while scanning. */
  words: Int32Array;

  /** @param capacity Links that fit before the buffer grows. */
  constructor(capacity = 256) {
    this.words = new Int32Array(2 * Math.max(1, capacity));
  }

  clear(): void {
    this.count = 0;
  }

  push(offset: number, length: number): void {
    const at = this.count * 2;
    if (at === this.words.length) this.grow();
    this.words[at] = offset;
    this.words[at + 1] = length;
    this.count += 1;
  }

  offset(link: number): number {
    return this.words[link * 2] ?? 0;
  }

  length(link: number): number {
    return this.words[link * 2 + 1] ?? 0;
  }

  grow(): void {
    const words = new Int32Array(this.words.length * 2);
    words.set(this.words);
    this.words = words;
  }
}
