import { BlockStoreClosedError } from './block-errors.ts';

/** Calls that are under way: `close` waits for them, and no new ones begin after it. */
export class OpenCalls {
  #open = 0;
  #closing: PromiseWithResolvers<void> | undefined;

  /** Runs one call. @throws BlockStoreClosedError. */
  async run<T>(call: () => T | Promise<T>): Promise<T> {
    this.#enter();
    try {
      return await call();
    } finally {
      this.#leave();
    }
  }

  /** Resolves when the last call has ended. */
  close(): Promise<void> {
    if (this.#closing === undefined) {
      this.#closing = Promise.withResolvers();
      if (this.#open === 0) this.#closing.resolve();
    }
    return this.#closing.promise;
  }

  #enter(): void {
    if (this.#closing !== undefined) throw new BlockStoreClosedError();
    this.#open += 1;
  }

  #leave(): void {
    this.#open -= 1;
    if (this.#open === 0) this.#closing?.resolve();
  }
}
