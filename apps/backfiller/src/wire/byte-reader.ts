/** What the source ended in the middle of; the offset is that of the first missing byte. */
export type MakeTruncatedError = (offset: number, wanted: number) => Error;

/**
 * Reads exact counts of bytes from chunks of any size.
 * `take` is synchronous where the bytes are already here, so that a caller can avoid one await for each small field.
 */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #makeTruncatedError: MakeTruncatedError;
  #buffer: Uint8Array = new Uint8Array(0);
  #position = 0;
  #takenBytes = 0;

  constructor(source: AsyncIterable<Uint8Array>, makeTruncatedError: MakeTruncatedError) {
    this.#source = source[Symbol.asyncIterator]();
    this.#makeTruncatedError = makeTruncatedError;
  }

  /** Bytes handed out so far: the offset of the next one in the source. */
  get offset(): number {
    return this.#takenBytes;
  }

  get availableBytes(): number {
    return this.#buffer.length - this.#position;
  }

  /** Exactly `count` bytes, which must be available. Shares memory with the chunk that they came in. */
  take(count: number): Uint8Array {
    const bytes = this.#buffer.subarray(this.#position, this.#position + count);
    this.#position += count;
    this.#takenBytes += count;
    return bytes;
  }

  /** Makes `count` bytes available, or throws the truncation error. */
  async require(count: number): Promise<void> {
    if (this.availableBytes >= count) return;
    const parts = [this.#buffer.subarray(this.#position)];
    let gathered = this.availableBytes;
    while (gathered < count) {
      const next = await this.#source.next();
      if (next.done === true) throw this.#makeTruncatedError(this.#takenBytes + gathered, count - gathered);
      parts.push(next.value);
      gathered += next.value.length;
    }
    this.#buffer = parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
    this.#position = 0;
  }

  /** Between 1 and `limit` bytes, whatever comes next. */
  async some(limit: number): Promise<Uint8Array> {
    await this.require(1);
    return this.take(Math.min(limit, this.availableBytes));
  }

  /** True where nothing is left; reads on until a byte or the end is found. */
  async atEnd(): Promise<boolean> {
    while (this.availableBytes === 0) {
      const next = await this.#source.next();
      if (next.done === true) return true;
      this.#buffer = next.value;
      this.#position = 0;
    }
    return false;
  }

  /** Tells the source that nobody reads on. */
  async release(): Promise<void> {
    await this.#source.return?.();
  }
}
