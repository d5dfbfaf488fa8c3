/** Texts that lie one after the other, each ended by a zero byte; decoded when asked for. */
export class StringTable {
  readonly #bytes: Uint8Array;
  /** Of each text, and of the byte after the last one. */
  readonly #starts: Uint32Array;
  /** All of them: to cut a piece out of a text costs a tenth of decoding it. */
  #text: string | undefined;
  readonly length: number;

  constructor(bytes: Uint8Array, starts: Uint32Array) {
    this.#bytes = bytes;
    this.#starts = starts;
    this.length = starts.length - 1;
  }

  /** `''` where there is none; names of types and fields are ASCII. */
  at(index: number): string {
    const first = this.#starts[0] ?? 0;
    this.#text ??= this.#decode(first);
    return this.#text.slice((this.#starts[index] ?? first) - first, (this.#starts[index + 1] ?? first + 1) - 1 - first);
  }

  /**
   * Of each text the place of the first such byte in it, counted from its start, or -1.
   * @param byte Any but 0.
   */
  placesOf(byte: number): Int32Array {
    const places = new Int32Array(this.length).fill(-1);
    const end = this.#starts[this.length] ?? 0;
    let index = 0;
    for (let at = this.#bytes.indexOf(byte, this.#starts[0]); at >= 0 && at < end;) {
      while ((this.#starts[index + 1] ?? end) <= at) index += 1;
      places[index] = at - (this.#starts[index] ?? 0);
      at = this.#bytes.indexOf(byte, this.#starts[index + 1]);
    }
    return places;
  }

  #decode(start: number): string {
    const { buffer, byteOffset, length } = this.#bytes;
    return Buffer.from(buffer, byteOffset, length).toString('latin1', start, this.#starts[this.length]);
  }
}
