import { type AbortOptions, abortableSleep, backoffDelayMs, WaybillError } from '@waybill/common';
import type { BlockStore } from './block-store.ts';

export interface BlockRetryInit {
  /** How often a call is made, the first time included; default 6. */
  attempts?: number | undefined;
  /** The pause after the first failure; it doubles with each further one. Default 500 ms. */
  baseMs?: number | undefined;
  /** The pause does not grow beyond this; default 30,000 ms. A node that names a longer one is heeded up to this too. */
  maxMs?: number | undefined;
  /** How far a pause may move to each side, so that many do not come back together; default 0.3. */
  jitter?: number | undefined;
  /** Numbers in [0, 1); default `Math.random`. */
  random?: (() => number) | undefined;
  /** Called before each pause. */
  onRetry?:
    ((retry: { readonly attempt: number; readonly delayMs: number; readonly error: WaybillError }) => void) | undefined;
}

/**
 * A store whose reads are made again when they fail with a `retryable` error. What is missing or corrupt is not tried again.
 * The last error comes through as it is. A call is repeated as a whole: ask for as many blocks as you would ask for again.
 */
export function retryingBlockStore(store: BlockStore, init: BlockRetryInit = {}): BlockStore {
  const retry = <T>(call: () => Promise<T>, options: AbortOptions = {}): Promise<T> => retryCall(call, init, options);
  return {
    has: (cid, options) => retry(() => store.has(cid, options), options),
    get: (cid, options) => retry(() => store.get(cid, options), options),
    getMany: (cids, options) => retry(() => store.getMany(cids, options), options),
    getManyBytes: (cids, options) => retry(() => store.getManyBytes(cids, options), options),
    close: () => store.close(),
  };
}

/** One call, made again as {@link retryingBlockStore} does. */
export async function retryCall<T>(
  call: () => Promise<T>,
  { attempts = 6, baseMs = 500, maxMs = 30_000, jitter = 0.3, random = Math.random, onRetry }: BlockRetryInit = {},
  options: AbortOptions = {},
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (options.signal?.aborted === true || attempt + 1 >= attempts) throw error;
      if (!(error instanceof WaybillError) || !error.retryable) throw error;
      const asked = askedDelayMs(error);
      const grown = backoffDelayMs(attempt, { baseMs, maxAttemptExponent: attempts, jitter, random });
      const delayMs = Math.min(Math.max(grown, asked), maxMs);
      onRetry?.({ attempt: attempt + 1, delayMs, error });
      await abortableSleep(delayMs, options);
    }
  }
}

/** What a server asked for by `Retry-After`, wherever in the chain of causes that stands. */
function askedDelayMs(error: unknown): number {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const { retryAfterMs } = at as { retryAfterMs?: unknown };
    if (typeof retryAfterMs === 'number') return retryAfterMs;
  }
  return 0;
}
