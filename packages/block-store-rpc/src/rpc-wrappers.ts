import { allOrStop, type BlockRetryInit, retryCall } from '@waybill/block-store';
import { type AbortOptions, Semaphore } from '@waybill/common';
import { ResponseTooLargeError } from '@waybill/http-kit/client';
import type { RpcCall, RpcOutcome, RpcTransport } from './rpc-transport.ts';

/** Makes requests again that failed with a retryable error. All calls of ours only read, so that they can be repeated. */
export function retryingTransport(transport: RpcTransport, retry: BlockRetryInit): RpcTransport {
  return {
    send: (calls, options) => retryCall(() => transport.send(calls, options), retry, options),
  };
}

/** Lets so many requests be under way at once; the others wait, and can be cancelled while they wait. */
export function limitedTransport(transport: RpcTransport, concurrency: number): RpcTransport {
  const door = new Semaphore(concurrency);
  return { send: (calls, options) => door.run(() => transport.send(calls, options), options) };
}

/** JSON-RPC 2.0, section 5.1: what is sent is no valid request. So answers a node that knows no batches. */
const INVALID_REQUEST = -32_600;
const PARSE_ERROR = -32_700;

/**
 * Cuts batches to a size that the node takes: halves one whose answer was too large, and sends call by call to a node that
 * knows no batches.
 */
export class SplittingTransport implements RpcTransport {
  readonly #transport: RpcTransport;
  #batchSize: number;

  constructor(transport: RpcTransport, batchSize: number) {
    this.#transport = transport;
    this.#batchSize = batchSize;
  }

  async send(calls: readonly RpcCall[], options: AbortOptions = {}): Promise<RpcOutcome[]> {
    const outcomes = await allOrStop(this.#partsOf(calls), (part, stop) => this.#sendPart(part, stop), options);
    return outcomes.flat();
  }

  #partsOf(calls: readonly RpcCall[]): (readonly RpcCall[])[] {
    const parts: (readonly RpcCall[])[] = [];
    for (let at = 0; at < calls.length; at += this.#batchSize) parts.push(calls.slice(at, at + this.#batchSize));
    return parts;
  }

  async #sendPart(calls: readonly RpcCall[], options: AbortOptions): Promise<RpcOutcome[]> {
    try {
      const outcomes = await this.#transport.send(calls, options);
      if (calls.length === 1 || !outcomes.every(refusesBatch)) return outcomes;
      this.#batchSize = 1;
      return await this.send(calls, options);
    } catch (error) {
      if (!(error instanceof ResponseTooLargeError) || calls.length === 1) throw error;
      const half = Math.ceil(calls.length / 2);
      const first = await this.#sendPart(calls.slice(0, half), options);
      return [...first, ...(await this.#sendPart(calls.slice(half), options))];
    }
  }
}

function refusesBatch(outcome: RpcOutcome): boolean {
  return 'code' in outcome && (outcome.code === INVALID_REQUEST || outcome.code === PARSE_ERROR);
}
