import type { ResponseHead, ResponseSink } from './exchange.ts';

export interface ReceivedBytes {
  readonly head: ResponseHead;
  /** The body as it came over the wire. */
  readonly bytes: Uint8Array;
}

/** Above this, the announced length is not believed: memory is taken as the bytes come. */
const MAX_PREALLOCATED_BYTES = 4 * 1024 * 1024;
/** The first buffer where no length is announced; it doubles when it is full. */
const INITIAL_BYTES = 16 * 1024;

const EMPTY = new Uint8Array(0);

/**
 * Collects a body in one buffer with as little work as there can be: a body that comes in one piece is handed on as
 * it is, others are copied into a buffer of the announced length, or one that grows. No chunk is kept: those of a body
 * that comes byte by byte would take a hundred times its size.
 */
export class BytesSink implements ResponseSink {
  readonly #resolve: (received: ReceivedBytes) => void;
  readonly #reject: (error: unknown) => void;
  #head: ResponseHead | undefined;
  /** The only chunk so far, or a buffer of ours. */
  #buffer: Uint8Array = EMPTY;
  #filledBytes = 0;

  constructor(resolve: (received: ReceivedBytes) => void, reject: (error: unknown) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  head(head: ResponseHead): void {
    this.#head = head;
  }

  data(chunk: Uint8Array): void {
    const before = this.#filledBytes;
    this.#filledBytes += chunk.byteLength;
    const capacityBytes = this.#capacity();
    if (before === 0 && capacityBytes === undefined) this.#buffer = chunk;
    else this.#append(chunk, before, capacityBytes ?? Math.max(INITIAL_BYTES, 2 * this.#filledBytes));
  }

  end(): void {
    if (this.#head === undefined) return;
    const isFull = this.#filledBytes === this.#buffer.byteLength;
    this.#resolve({ head: this.#head, bytes: isFull ? this.#buffer : this.#buffer.subarray(0, this.#filledBytes) });
  }

  fail(error: unknown): void {
    this.#buffer = EMPTY;
    this.#reject(error);
  }

  /** Of a buffer for the whole body, where a credible length is announced and more is to come. */
  #capacity(): number | undefined {
    const announcedBytes = this.#head?.announcedBytes ?? 0;
    return announcedBytes > this.#filledBytes && announcedBytes <= MAX_PREALLOCATED_BYTES ? announcedBytes : undefined;
  }

  #append(chunk: Uint8Array, at: number, capacityBytes: number): void {
    if (this.#filledBytes > this.#buffer.byteLength) {
      const larger = Buffer.allocUnsafeSlow(capacityBytes);
      larger.set(this.#buffer.subarray(0, at));
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, at);
  }
}
