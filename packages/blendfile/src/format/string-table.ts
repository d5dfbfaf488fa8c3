/** Texts that lie one after the other, each ended by a zero byte; decoded when asked for. */
export class StringTable {
  readonly #bytes: Buffer;
  /** Of each text, and of the byte after the last one. */
  readonly #starts: Uint32Array;
  readonly length: number;

  constructor(bytes: Uint8Array, starts: Uint32Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#starts = starts;
    this.length = starts.length - 1;
  }

  /** `''` where there is none; names of types and fields are ASCII. */
  at(index: number): string {
    return this.#bytes.toString('latin1', this.#starts[index] ?? 0, (this.#starts[index + 1] ?? 1) - 1);
  }
}
