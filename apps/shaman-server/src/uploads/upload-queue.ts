import type { BlobKey } from '@waybill/blob-store';
import type { AbortOptions } from '@waybill/common';
import type { UploadClaim, UploadInFlight, UploadTurn } from './upload-coordinator.ts';

export interface UploadQueueInit {
  key: BlobKey;
  /** Milliseconds, monotonic. */
  now: () => number;
  stalledMs: number;
  /** Called when nobody uploads or waits any more. */
  onEmpty: () => void;
}

interface Claim extends UploadClaim {
  readonly startedAtMs: number;
  readonly stop: AbortController;
  receivedBytes: number;
  movedAtMs: number;
}

type Waiter = (turn: UploadTurn) => void;

/** All uploads of one file: those that read, and those that wait in the order in which they came. */
export class UploadQueue {
  readonly #init: UploadQueueInit;
  readonly #claims = new Set<Claim>();
  readonly #waiters = new Set<Waiter>();

  constructor(init: UploadQueueInit) {
    this.#init = init;
  }

  /** Whether there is an upload of which something came lately. */
  get isMoving(): boolean {
    return this.#stallsInMs() > 0;
  }

  claim(): UploadTurn {
    const startedAtMs = Date.now();
    const stop = new AbortController();
    const claim: Claim = {
      ...{ startedAtMs, stop, receivedBytes: 0, movedAtMs: this.#init.now(), storedElsewhere: stop.signal },
      advance: (receivedBytes) => {
        claim.receivedBytes += receivedBytes;
        claim.movedAtMs = this.#init.now();
      },
      end: (outcome) => {
        if (this.#claims.delete(claim)) this.#ended(outcome);
      },
    };
    this.#claims.add(claim);
    return { kind: 'claimed', claim };
  }

  /** Waits for the end of the others, at most `patienceMs`, and no longer than they move. Undefined: in vain. */
  async wait(patienceMs: number, { signal }: AbortOptions = {}): Promise<UploadTurn | undefined> {
    const deadline = this.#init.now() + patienceMs;
    for (;;) {
      signal?.throwIfAborted();
      const leftMs = Math.min(deadline - this.#init.now(), this.#stallsInMs());
      if (leftMs <= 0) return undefined;
      const turn = await this.#waitOnce(leftMs, signal);
      if (turn !== undefined) return turn;
    }
  }

  list(): UploadInFlight[] {
    const { key } = this.#init;
    return [...this.#claims].map(({ receivedBytes, startedAtMs }, index) => {
      return { key, receivedBytes, startedAtMs, waiting: index === 0 ? this.#waiters.size : 0 };
    });
  }

  /** Called by whoever found that it need neither claim nor wait. */
  leave(): void {
    if (this.#claims.size === 0 && this.#waiters.size === 0) this.#init.onEmpty();
  }

  #stallsInMs(): number {
    const moved = Math.max(...[...this.#claims].map(({ movedAtMs }) => movedAtMs), -Infinity);
    return moved + this.#init.stalledMs - this.#init.now();
  }

  #waitOnce(ms: number, signal: AbortSignal | undefined): Promise<UploadTurn | undefined> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = (turn) => {
        leave();
        resolve(turn);
      };
      const abort = (): void => {
        leave();
        reject(signal?.reason as Error);
        this.leave();
      };
      const timer = setTimeout(() => {
        leave();
        resolve(undefined);
      }, Math.ceil(ms));
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiters.add(waiter);
    });
  }

  #ended(outcome: 'stored' | 'failed'): void {
    if (outcome === 'stored') {
      for (const { stop } of this.#claims) stop.abort();
      for (const waiter of this.#waiters) waiter({ kind: 'stored' });
    } else if (this.#claims.size === 0) {
      // Handed over here and now: a newcomer in between would make two who read where one is enough.
      const [first] = this.#waiters;
      first?.(this.claim());
    }
    this.leave();
  }
}
