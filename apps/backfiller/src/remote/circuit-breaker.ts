import { backoffDelayMs } from '@waybill/common';
import type { BackoffOptions } from '@waybill/common';
import { CircuitOpenError } from './circuit-open-error.ts';

/** `closed`: calls go through. `open`: none does. `halfOpen`: one call at a time tries whether the node is back. */
export type CircuitState = 'closed' | 'open' | 'halfOpen';

export interface CircuitChange {
  readonly node: string;
  readonly state: CircuitState;
  readonly previous: CircuitState;
  /** Only where it opens: why, and for how long. */
  readonly reason?: 'failures' | 'hostile';
  readonly detail?: unknown;
  readonly delayMs?: number;
}

export interface CircuitBreakerInit {
  /** For errors and changes. */
  readonly node: string;
  /** Failures in a row that open it. Default 5: as many as one node's concurrent downloads, so that one broken connection each is not yet an outage. */
  readonly failuresToOpen?: number;
  /** Default: 10, 20, 40, 80 s ±10 % (spec 1.4); a hostile act takes the longest at once. */
  readonly backoff?: BackoffOptions;
  readonly onStateChange?: ((change: CircuitChange) => void) | undefined;
  /** Milliseconds, monotonic. Default performance.now. */
  readonly now?: () => number;
}

/** One call that was let through. Exactly one of the methods must be called; later calls of them do nothing. */
export interface CircuitTicket {
  succeed(): void;
  fail(error: unknown): void;
  /** Cancelled by us: says nothing about the node. */
  abandon(): void;
}

/** What `backoffDelayMs` takes by default as the attempt with the longest delay. */
const LONGEST_ATTEMPT = 4;

/**
 * Decides whether calls go to a node. Only what was let through since the last change counts, so that the slow end of
 * an old call neither opens nor closes anything. Openings grow the delay until as many calls in a row succeeded as
 * failures open it: a node that lists well and then fails every segment stays on long delays.
 */
export class CircuitBreaker {
  readonly #init: CircuitBreakerInit;
  readonly #failuresToOpen: number;
  readonly #now: () => number;
  #state: CircuitState = 'closed';
  #era = 0;
  #failures = 0;
  #successes = 0;
  #openings = 0;
  #retryAtMs = 0;
  #trying = false;

  constructor(init: CircuitBreakerInit) {
    this.#init = init;
    this.#failuresToOpen = init.failuresToOpen ?? 5;
    this.#now = init.now ?? (() => performance.now());
  }

  get state(): CircuitState {
    return this.#state;
  }

  /** Milliseconds until a call may go through again; 0 where it may now, or as soon as the one that tries has ended. */
  get waitMs(): number {
    return this.#state === 'closed' ? 0 : Math.max(0, this.#retryAtMs - this.#now());
  }

  /** Lets one call through. Throws CircuitOpenError. */
  admit(): CircuitTicket {
    const nowMs = this.#now();
    if (this.#state === 'open' && nowMs >= this.#retryAtMs) this.#change('halfOpen', {});
    if (this.#state === 'open' || this.#trying)
      throw new CircuitOpenError({ node: this.#init.node, retryAtMs: this.#retryAtMs, nowMs });
    this.#trying = this.#state === 'halfOpen';
    return this.#ticket(this.#era);
  }

  /** Opens it for the longest delay: the node did what no honest node does. */
  reportHostile(detail: unknown): void {
    this.#open('hostile', detail);
  }

  #ticket(era: number): CircuitTicket {
    let settled = false;
    const settle = (then: () => void) => (): void => {
      if (settled || era !== this.#era) return;
      settled = true;
      this.#trying = false;
      then();
    };
    return {
      succeed: settle(() => {
        this.#noteSuccess();
      }),
      fail: (error) => {
        settle(() => {
          this.#noteFailure(error);
        })();
      },
      abandon: settle(() => undefined),
    };
  }

  #noteSuccess(): void {
    this.#failures = 0;
    this.#successes += 1;
    if (this.#successes >= this.#failuresToOpen) this.#openings = 0;
    if (this.#state === 'halfOpen') this.#change('closed', {});
  }

  #noteFailure(error: unknown): void {
    this.#failures += 1;
    this.#successes = 0;
    if (this.#state === 'halfOpen' || this.#failures >= this.#failuresToOpen) this.#open('failures', error);
  }

  #open(reason: 'failures' | 'hostile', detail: unknown): void {
    this.#openings += 1;
    this.#failures = 0;
    this.#successes = 0;
    const delayMs = backoffDelayMs(reason === 'hostile' ? LONGEST_ATTEMPT : this.#openings, this.#init.backoff);
    this.#retryAtMs = this.#now() + delayMs;
    this.#change('open', { reason, detail, delayMs });
  }

  #change(state: CircuitState, more: Pick<CircuitChange, 'reason' | 'detail' | 'delayMs'>): void {
    const previous = this.#state;
    this.#state = state;
    this.#era += 1;
    this.#trying = false;
    this.#init.onStateChange?.({ node: this.#init.node, state, previous, ...more });
  }
}
