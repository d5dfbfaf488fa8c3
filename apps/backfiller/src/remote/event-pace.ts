import { WaybillError } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import { TokenBucket } from './token-bucket.ts';

/**
 * What more comes waits at the sender. Some thousand events a second are more than any node brings in; without a limit
 * a node that pours out events or comments would take a whole core, and every other node's turn with it.
 */
const MAX_BYTES_PER_SECOND = 256 * 1024;
/** What a piece costs at least, so that pieces of one byte are no way around the limit. */
const LEAST_CHUNK_COST_BYTES = 256;
/** A wait as short as this is none: timers and other work take as long. */
const NO_WAIT_MS = 2;

/** A node pours out events, and does not stop. */
export class EventFloodError extends WaybillError {
  readonly node: string;
  readonly lastedMs: number;

  constructor(node: string, lastedMs: number) {
    super(`${node} has sent more events than are taken for ${Math.round(lastedMs / 1000)} s without a pause`, {
      code: 'ERR_EVENT_FLOOD',
      retryable: true,
    });
    this.node = node;
    this.lastedMs = lastedMs;
  }
}

export interface EventPaceInit {
  /** For the error. */
  readonly node: string;
  /** So long without a pause is a flood. */
  readonly floodMs: number;
}

/** Takes a stream of events at a bounded rate, and tells a burst, which ends, from a flood. */
export class EventPace {
  readonly #init: EventPaceInit;
  readonly #bucket = new TokenBucket({ bytesPerSecond: MAX_BYTES_PER_SECOND });
  #behindSinceMs: number | undefined;

  constructor(init: EventPaceInit) {
    this.#init = init;
  }

  /** Waits until the chunk may be taken. Throws EventFloodError. */
  async take(chunk: Uint8Array, options: AbortOptions): Promise<void> {
    const beforeMs = performance.now();
    await this.#bucket.take(Math.max(chunk.byteLength, LEAST_CHUNK_COST_BYTES), options);
    const nowMs = performance.now();
    if (nowMs - beforeMs <= NO_WAIT_MS) this.#behindSinceMs = undefined;
    else this.#behindSinceMs ??= beforeMs;
    const lastedMs = nowMs - (this.#behindSinceMs ?? nowMs);
    if (lastedMs >= this.#init.floodMs) throw new EventFloodError(this.#init.node, lastedMs);
  }
}
