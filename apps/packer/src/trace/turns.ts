import { setImmediate } from 'node:timers/promises';
import type { AbortOptions } from '@waybill/common';

/** Some milliseconds of work. */
const STEPS_PER_TURN = 4096;

/** Lets others have their turn in work that waits for nothing: only then a signal can be aborted. */
export class Turns {
  readonly #signal: AbortSignal | undefined;
  #left = STEPS_PER_TURN;

  constructor({ signal }: AbortOptions) {
    this.#signal = signal;
  }

  /**
   * To be called for each step.
   * @returns what to wait for now and then; rejects with the signal's reason. To wait after each step would cost more than the step.
   */
  step(): Promise<void> | undefined {
    this.#left -= 1;
    return this.#left > 0 ? undefined : this.#pass();
  }

  async #pass(): Promise<void> {
    this.#left = STEPS_PER_TURN;
    await setImmediate();
    this.#signal?.throwIfAborted();
  }
}
