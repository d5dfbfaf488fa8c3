/** A stream that remembers whether it was begun, and what broke it: so that a failed write is told from a failed read. */
export class WatchedBody implements AsyncIterable<Uint8Array> {
  readonly #body: AsyncIterable<Uint8Array>;
  #begun = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#body = body;
  }

  get begun(): boolean {
    return this.#begun;
  }

  get failure(): { readonly error: unknown } | undefined {
    return this.#failure;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    this.#begun = true;
    try {
      yield* this.#body;
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }
}
