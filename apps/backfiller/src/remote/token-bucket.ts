import { abortableSleep } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';

export interface TokenBucketInit {
  readonly bytesPerSecond: number;
  /** What may pass at once after a pause. Default: one second's worth. */
  readonly burstBytes?: number;
  /** Milliseconds, monotonic. Default performance.now. */
  readonly now?: () => number;
  readonly sleep?: (ms: number, options: AbortOptions) => Promise<void>;
}

/**
 * The limit of `--max-bytes-per-second`, one for all nodes together. Bytes are taken when they have come: what
 * was taken too early becomes a debt that everybody after it waits off, in order of arrival, so any size can pass.
 */
export class TokenBucket {
  readonly #bytesPerMs: number;
  readonly #burstBytes: number;
  readonly #now: () => number;
  readonly #sleep: NonNullable<TokenBucketInit['sleep']>;
  #tokens: number;
  #filledAtMs: number;

  constructor({
    bytesPerSecond,
    burstBytes = bytesPerSecond,
    now = () => performance.now(),
    sleep = abortableSleep,
  }: TokenBucketInit) {
    this.#bytesPerMs = bytesPerSecond / 1000;
    this.#burstBytes = burstBytes;
    this.#now = now;
    this.#sleep = sleep;
    this.#tokens = burstBytes;
    this.#filledAtMs = now();
  }

  /** Waits until these bytes are within the limit. What was taken stays taken when the wait is cancelled: the bytes did come. */
  async take(bytes: number, options: AbortOptions = {}): Promise<void> {
    const nowMs = this.#now();
    this.#tokens = Math.min(this.#burstBytes, this.#tokens + (nowMs - this.#filledAtMs) * this.#bytesPerMs) - bytes;
    this.#filledAtMs = nowMs;
    if (this.#tokens < 0) await this.#sleep(-this.#tokens / this.#bytesPerMs, options);
  }
}
