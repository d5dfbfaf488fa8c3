import type { ResponseHead, ResponseSink } from './exchange.ts';

/** Above this, reading from the socket pauses: enough for a fast disk, little for a hundred bodies at once. */
const HIGH_WATER_BYTES = 256 * 1024;
/** The same for chunks of a few bytes: a hundred thousand of them would take more memory, and time, than their bytes. */
const HIGH_WATER_CHUNKS = 1024;

/** What the stream needs of its exchange. */
export interface BodySource {
  pause(): void;
  resume(): void;
  fail(error: unknown): void;
}

/** The reader left the body before its end; nobody sees this but the transport. */
class BodyLeftError extends Error {}

/** Hands a body on chunk by chunk, with backpressure down to the socket. */
export class BodyStream implements ResponseSink {
  readonly #onHead: (head: ResponseHead) => void;
  readonly #onEarlyFailure: (error: unknown) => void;
  #source: BodySource | undefined;
  #chunks: Uint8Array[] = [];
  #bufferedBytes = 0;
  #started = false;
  #ended = false;
  #failure: { error: unknown } | undefined;
  #wake: (() => void) | undefined;
  #readBefore = false;

  constructor(onHead: (head: ResponseHead) => void, onEarlyFailure: (error: unknown) => void) {
    this.#onHead = onHead;
    this.#onEarlyFailure = onEarlyFailure;
  }

  /** Must be called before the request starts. */
  attach(source: BodySource): void {
    this.#source = source;
  }

  head(head: ResponseHead): void {
    this.#started = true;
    this.#onHead(head);
  }

  data(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#bufferedBytes += chunk.byteLength;
    if (this.#bufferedBytes >= HIGH_WATER_BYTES || this.#chunks.length >= HIGH_WATER_CHUNKS) this.#source?.pause();
    this.#notify();
  }

  end(): void {
    this.#ended = true;
    this.#notify();
  }

  fail(error: unknown): void {
    this.#failure = { error };
    this.#chunks = [];
    if (!this.#started) this.#onEarlyFailure(error);
    this.#notify();
  }

  /** The chunks, once. Leaving the loop early closes the connection. */
  async *read(): AsyncGenerator<Uint8Array, void, void> {
    if (this.#readBefore) throw new TypeError('The body of a response can be read once');
    this.#readBefore = true;
    try {
      for (let chunk = await this.#next(); chunk !== undefined; chunk = await this.#next()) yield chunk;
    } finally {
      this.leave();
    }
  }

  /** Closes the connection where the body has not ended yet. */
  leave(): void {
    this.#readBefore = true;
    if (!this.#ended && this.#failure === undefined) this.#source?.fail(new BodyLeftError('left before the end'));
    this.#chunks = [];
  }

  async #next(): Promise<Uint8Array | undefined> {
    while (this.#chunks.length === 0 && !this.#ended && this.#failure === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#shift();
  }

  #shift(): Uint8Array | undefined {
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return undefined;
    this.#bufferedBytes -= chunk.byteLength;
    if (this.#chunks.length === 0 && !this.#ended) this.#source?.resume();
    return chunk;
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
