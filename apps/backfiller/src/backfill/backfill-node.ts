import type { RemoteNode } from '../remote/remote-node.ts';

/** The slice of a node's circuit breaker that the engine uses; CircuitBreaker has it. */
export interface NodeCircuit {
  readonly state: 'closed' | 'open' | 'halfOpen';
  /** Milliseconds until a call may go through again; 0 where it may now. */
  readonly waitMs: number;
  /** Puts the node on its longest back-off. */
  reportHostile(detail: unknown): void;
}

/** A node to backfill from; without a circuit it is asked again and again, however it fails. */
export type BackfillNode = RemoteNode & { readonly circuit?: NodeCircuit };
