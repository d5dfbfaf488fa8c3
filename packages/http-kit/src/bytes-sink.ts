import type { ResponseHead, ResponseSink } from './exchange.ts';

export interface ReceivedBytes {
  readonly head: ResponseHead;
  /** The body as it came over the wire. */
  readonly bytes: Uint8Array;
}

/** Above this, the announced length is not believed: memory is taken as the bytes come. */
const MAX_PREALLOCATED_BYTES = 4 * 1024 * 1024;

/**
 * Collects a body in one buffer with as little work as there can be: a body that comes in one piece is handed on as
 * it is, others are copied once into a buffer of the announced length.
 */
export class BytesSink implements ResponseSink {
  readonly #resolve: (received: ReceivedBytes) => void;
  readonly #reject: (error: unknown) => void;
  #head: ResponseHead | undefined;
  #chunks: Uint8Array[] = [];
  #target: Uint8Array | undefined;
  #filledBytes = 0;

  constructor(resolve: (received: ReceivedBytes) => void, reject: (error: unknown) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  head(head: ResponseHead): void {
    this.#head = head;
  }

  data(chunk: Uint8Array): void {
    if (this.#target === undefined && !this.#startTarget(chunk)) {
      this.#chunks.push(chunk);
      return;
    }
    this.#target?.set(chunk, this.#filledBytes);
    this.#filledBytes += chunk.byteLength;
  }

  end(): void {
    if (this.#head === undefined) return;
    this.#resolve({ head: this.#head, bytes: this.#target ?? joined(this.#chunks) });
  }

  fail(error: unknown): void {
    this.#chunks = [];
    this.#target = undefined;
    this.#reject(error);
  }

  #startTarget(chunk: Uint8Array): boolean {
    const announcedBytes = this.#head?.announcedBytes;
    if (announcedBytes === undefined || announcedBytes > MAX_PREALLOCATED_BYTES) return false;
    if (announcedBytes === chunk.byteLength) return false;
    this.#target = Buffer.allocUnsafeSlow(announcedBytes);
    return true;
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}
