import type { RemoteEvent } from '../../src/remote/remote-node.ts';

/** Events of one open call: those not taken yet, and the one that waits for more. */
export class MemoryEventQueue {
  readonly #pending: RemoteEvent[] = [];
  #ended = false;
  #wake: () => void = () => undefined;

  push(event: RemoteEvent): void {
    this.#pending.push(event);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *read(signal: AbortSignal | undefined): AsyncGenerator<RemoteEvent> {
    const onAbort = (): void => {
      this.#wake();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      for (;;) {
        signal?.throwIfAborted();
        const event = this.#pending.shift();
        if (event !== undefined) yield event;
        else if (this.#ended) return;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }
}
