import type { ByteSink } from './byte-sink.ts';

/** Writes to a sink while its caller goes on, one write at a time. */
export class WriteBehind implements AsyncDisposable {
  readonly #sink: ByteSink;
  #underWay: Promise<void> = Promise.resolve();

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  /** To be called when all is settled; `bytes` must stay as they are until it is again. */
  begin(bytes: Uint8Array): void {
    this.#underWay = this.#sink.write(bytes);
    // Whoever waits is told.
    this.#underWay.catch(() => undefined);
  }

  /** Resolves when the sink has taken all. Once a write has failed, this always fails with the same error. */
  async settle(): Promise<void> {
    await this.#underWay;
  }

  /** Resolves when the sink is at rest, however the last write ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#underWay.catch(() => undefined);
  }
}
