const UNSIGNED = 0x00;
const NEGATIVE = 0x20;
const BYTES = 0x40;
const TEXT = 0x60;
const ARRAY = 0x80;
const MAP = 0xa0;

/**
 * Writes DAG-CBOR, one item after the other, into a buffer that is used again for the next block.
 * Heads are as short as they can be (RFC 8949 section 4.2.1); the order of map keys is the caller's.
 */
export class CborWriter {
  #bytes = new Uint8Array(65_536);
  #size = 0;

  /** Forgets what was written. */
  start(): this {
    this.#size = 0;
    return this;
  }

  /** What was written since `start`; valid until the next `start`. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  array(length: number): this {
    return this.#head(ARRAY, length);
  }

  map(length: number): this {
    return this.#head(MAP, length);
  }

  /** A safe integer of either sign. */
  int(value: number): this {
    return value < 0 ? this.#head(NEGATIVE, -1 - value) : this.#head(UNSIGNED, value);
  }

  /** All in one item of bytes, without joining them first. */
  bytes(...parts: readonly Uint8Array[]): this {
    let length = 0;
    for (const part of parts) length += part.length;
    this.#head(BYTES, length);
    for (const part of parts) this.#append(part);
    return this;
  }

  /** ASCII only. */
  text(value: string): this {
    this.#head(TEXT, value.length);
    this.#reserve(value.length);
    for (let at = 0; at < value.length; at += 1) this.#bytes[this.#size++] = value.charCodeAt(at);
    return this;
  }

  null(): this {
    return this.#byte(0xf6);
  }

  bool(value: boolean): this {
    return this.#byte(value ? 0xf5 : 0xf4);
  }

  /** 64 bits, as DAG-CBOR wants all floats. */
  float(value: number): this {
    this.#byte(0xfb);
    this.#reserve(8);
    new DataView(this.#bytes.buffer).setFloat64(this.#size, value);
    this.#size += 8;
    return this;
  }

  /** Tag 42 around the identity multibase prefix and the CID, in one or two parts. */
  link(cid: Uint8Array, rest?: Uint8Array): this {
    this.#byte(0xd8).#byte(0x2a);
    this.#head(BYTES, 1 + cid.length + (rest?.length ?? 0));
    this.#byte(0).#append(cid);
    return rest === undefined ? this : this.#append(rest);
  }

  #head(major: number, value: number): this {
    if (value < 24) return this.#byte(major | value);
    if (value < 0x100) return this.#byte(major | 24).#byte(value);
    if (value < 0x1_0000) return this.#byte(major | 25).#bigEndian(value, 2);
    if (value < 0x1_0000_0000) return this.#byte(major | 26).#bigEndian(value, 4);
    this.#byte(major | 27).#bigEndian(Math.floor(value / 2 ** 32), 4);
    return this.#bigEndian(value % 2 ** 32, 4);
  }

  #bigEndian(value: number, width: number): this {
    for (let shift = (width - 1) * 8; shift >= 0; shift -= 8) this.#byte((value >>> shift) & 0xff);
    return this;
  }

  #byte(value: number): this {
    this.#reserve(1);
    this.#bytes[this.#size++] = value;
    return this;
  }

  #append(part: Uint8Array): this {
    this.#reserve(part.length);
    this.#bytes.set(part, this.#size);
    this.#size += part.length;
    return this;
  }

  #reserve(more: number): void {
    if (this.#size + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#size + more));
    grown.set(this.written());
    this.#bytes = grown;
  }
}
