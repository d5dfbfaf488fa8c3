import { availableParallelism } from 'node:os';
import type { AbortOptions, Permit } from '@waybill/common';
import { Semaphore } from '@waybill/common';
import { CutsBusyError } from '../cut-errors.ts';

/** Of those who wait per one who is let in: their turn comes before a browser gives up. */
const WAITING_PER_SLOT = 2;
/** A cut takes from a second to minutes. */
const RETRY_AFTER_SECONDS = 10;

/** One for two processors: x264 keeps two busy, and listings, playlists and backfilling need theirs too. */
export function defaultCutConcurrency(): number {
  return Math.max(1, Math.floor(availableParallelism() / 2));
}

/** How many requests may run ffmpeg at a time. A few more wait; others are told to come back. */
export class CutSlots {
  readonly #semaphore: Semaphore;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
    this.#semaphore = new Semaphore(limit);
  }

  get running(): number {
    return this.#limit - this.#semaphore.available;
  }

  get waiting(): number {
    return this.#semaphore.waiting;
  }

  /** Throws CutsBusyError, or the signal's reason. */
  async enter(options: AbortOptions = {}): Promise<Permit> {
    if (this.#semaphore.waiting >= this.#limit * WAITING_PER_SLOT)
      throw new CutsBusyError(this.#limit, RETRY_AFTER_SECONDS);
    return await this.#semaphore.acquire(options);
  }
}
