import type { AbortOptions } from '@waybill/common';
import type { Clock } from '../state/clock.ts';

/** So far reading may run ahead: a second's worth would come as a burst that other readers of the disk feel. */
const AHEAD_MS = 50;

/** Slows a reader down to so many bytes in a second, over any time that is longer than 50 ms. */
export class ByteBudget {
  readonly #bytesPerSecond: number;
  readonly #clock: Clock;
  /** When what was spent so far is paid for. */
  #paidAtMs: number;

  constructor(bytesPerSecond: number, clock: Clock) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#clock = clock;
    this.#paidAtMs = clock.nowMs();
  }

  async spend(bytes: number, options: AbortOptions = {}): Promise<void> {
    const nowMs = this.#clock.nowMs();
    // Time in which nothing was read is not saved up.
    this.#paidAtMs = Math.max(this.#paidAtMs, nowMs) + (bytes * 1000) / this.#bytesPerSecond;
    const restMs = this.#paidAtMs - nowMs - AHEAD_MS;
    if (restMs > 0) await this.#clock.sleep(restMs, options);
  }
}
