import { jitter as spread } from './jitter.ts';

export interface BackoffOptions {
  /** The delay after the first failure; default 5,000. */
  baseMs?: number;
  /** What each further failure multiplies it by; default 2. */
  factor?: number;
  /** The failure from which on the delay no longer grows; default 4, that is 80 s with the other defaults. */
  maxAttemptExponent?: number;
  /** See {@link spread}; default 0.1. */
  jitter?: number;
  /** Numbers in [0, 1); default `Math.random`. */
  random?: () => number;
}

/** How long to wait after failure number `attempt`, counted from 0: `baseMs × factor^attempt`, capped and spread. */
export function backoffDelayMs(attempt: number, options: BackoffOptions = {}): number {
  const { baseMs = 5000, factor = 2, maxAttemptExponent = 4, jitter = 0.1, random = Math.random } = options;
  const exponent = Math.min(Math.max(attempt, 0), maxAttemptExponent);
  return spread(baseMs * factor ** exponent, jitter, random);
}
