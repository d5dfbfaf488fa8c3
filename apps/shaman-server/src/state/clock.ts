import { abortableSleep } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';

/** Time, so that tests can own it. */
export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, options?: AbortOptions): Promise<void>;
}

export const systemClock: Clock = { nowMs: () => Date.now(), sleep: abortableSleep };
