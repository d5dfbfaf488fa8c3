import { setMaxListeners } from 'node:events';
import type { BackfillNode } from '../backfill-node.ts';
import { BucketQueue } from './bucket-queue.ts';
import type { WantedItem } from '../compare/wanted-item.ts';

/** What is wanted from one node, and how it does. */
export class NodeLane {
  readonly node: BackfillNode;
  readonly queue = new BucketQueue<WantedItem>();
  /** Ends the node's fetches: with everything, or when the node is taken off the list. */
  readonly signal: AbortSignal;
  inFlight = 0;
  /** Recent failures; each success halves it. */
  failures = 0;
  readonly #removed = new AbortController();

  constructor(node: BackfillNode, signal: AbortSignal) {
    this.node = node;
    this.signal = AbortSignal.any([signal, this.#removed.signal]);
    // Each fetch listens to it; there are as many as run at a time, which is bounded elsewhere.
    setMaxListeners(0, this.signal);
  }

  /** A node that is on trial after a back-off gets one fetch at a time. */
  get isAvailable(): boolean {
    const { circuit } = this.node;
    if (circuit === undefined || circuit.state === 'closed') return true;
    return circuit.waitMs === 0 && this.inFlight === 0;
  }

  /** Whether it is on back-off, so that nothing can be fetched before its next pass. */
  get isOpenCircuit(): boolean {
    const { circuit } = this.node;
    return circuit !== undefined && circuit.state === 'open' && circuit.waitMs > 0;
  }

  noteFailure(): void {
    this.failures += 1;
  }

  noteSuccess(): void {
    this.failures = this.failures < 0.01 ? 0 : this.failures / 2;
  }

  push(item: WantedItem): void {
    this.queue.push(item.group, item.priority, item);
  }

  remove(): void {
    this.#removed.abort();
  }
}
