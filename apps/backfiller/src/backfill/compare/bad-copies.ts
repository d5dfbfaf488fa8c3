import { backoffDelayMs } from '@waybill/common';

interface BadCopy {
  readonly times: number;
  readonly notedMs: number;
  readonly delayMs: number;
}

/** 2 minutes, one pass; doubled each time up to 2^9, 17 hours. */
const BACKOFF = { baseMs: 120_000, maxAttemptExponent: 9 };
/** Some 20 MB. The oldest are forgotten first: they are asked for once more. */
const MAX_ENTRIES = 50_000;

/**
 * Remembers which node's copy of what was bad, so that it is asked for again after a growing delay and not in every
 * pass (spec section 2: the original downloads it again every 2 minutes, for ever).
 */
export class BadCopies {
  readonly #copies = new Map<string, BadCopy>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  note(nodeKey: string, itemKey: string): void {
    const key = `${nodeKey}\n${itemKey}`;
    const times = (this.#copies.get(key)?.times ?? 0) + 1;
    this.#copies.delete(key);
    this.#copies.set(key, { times, notedMs: this.#now(), delayMs: backoffDelayMs(times - 1, BACKOFF) });
    for (const oldest of this.#copies.keys()) {
      if (this.#copies.size <= MAX_ENTRIES) break;
      this.#copies.delete(oldest);
    }
  }

  /** Whether it is too early to ask that node again. It is not where the clock was set back meanwhile. */
  isWaiting(nodeKey: string, itemKey: string): boolean {
    if (this.#copies.size === 0) return false;
    const copy = this.#copies.get(`${nodeKey}\n${itemKey}`);
    if (copy === undefined) return false;
    const waitedMs = this.#now() - copy.notedMs;
    return waitedMs >= 0 && waitedMs < copy.delayMs;
  }

  /** The item is here: nobody's copy matters any more. */
  forget(nodeKey: string, itemKey: string): void {
    if (this.#copies.size > 0) this.#copies.delete(`${nodeKey}\n${itemKey}`);
  }
}
