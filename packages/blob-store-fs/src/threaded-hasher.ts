import type { Digest } from '@waybill/digest';
import type { HashThread } from './hash-thread.ts';
import type { StreamHasher } from './stream-hasher.ts';

/** One is filled, one is hashed, one is written. */
const BUFFERS = 3;

let contents = 0;

/** Hashes in a thread, from memory that both share. */
export class ThreadedHasher implements StreamHasher {
  readonly bufferCount = BUFFERS;
  readonly #content = (contents += 1);
  readonly #thread: HashThread;
  #onRelease: (() => void) | undefined;

  constructor(thread: HashThread, onRelease: () => void) {
    this.#thread = thread;
    this.#onRelease = onRelease;
  }

  allocate(sizeBytes: number): Uint8Array {
    return new Uint8Array(new SharedArrayBuffer(sizeBytes));
  }

  async update(bytes: Uint8Array): Promise<void> {
    await this.#thread.ask({ content: this.#content, step: bytes });
  }

  async finish(): Promise<Digest> {
    const bytes = await this.#thread.ask({ content: this.#content, step: 'finish' });
    if (bytes === null) throw new TypeError('the hashing thread gives no digest');
    return { algorithm: 'sha256', bytes };
  }

  release(): void {
    const onRelease = this.#onRelease;
    this.#onRelease = undefined;
    if (onRelease === undefined) return;
    // A thread that has ended has forgotten it already.
    this.#thread.ask({ content: this.#content, step: 'drop' }).catch(() => undefined);
    onRelease();
  }
}
