import { CallGuard } from './call-guard.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import type { CircuitBreakerInit } from './circuit-breaker.ts';
import { delegateNode } from './delegate-node.ts';
import type { RemoteNode } from './remote-node.ts';

/** A node whose calls reject with CircuitOpenError while it is on back-off. */
export interface GuardedNode extends RemoteNode {
  /** Also for what only the caller can see: `circuit.reportHostile('wrong hash')`. */
  readonly circuit: CircuitBreaker;
}

/**
 * Puts a failing node on a back-off of its own, so that it blocks no other node, hour, quality or channel:
 * after some failures in a row, or at once after a hostile act (listings and contents beyond every limit, names that
 * would leave the archive).
 */
export const withCircuitBreaker = (node: RemoteNode, init: Omit<CircuitBreakerInit, 'node'> = {}): GuardedNode => {
  const circuit = new CircuitBreaker({ ...init, node: node.name });
  const guard = new CallGuard(circuit);
  return {
    ...delegateNode(node),
    circuit,
    protocol: (options) => guard.call(options, () => node.protocol(options)),
    listHours: (channel, quality, options) => guard.list(options, () => node.listHours(channel, quality, options)),
    listHour: (channel, quality, hour, options) =>
      guard.list(options, () => node.listHour(channel, quality, hour, options)),
    fetchSegment: (address, options) => guard.fetch(options, () => node.fetchSegment(address, options)),
    fetchBatch: (channel, quality, hour, names, options) =>
      guard.items(options, () => node.fetchBatch(channel, quality, hour, names, options)),
    listExtras: (directory, options) => guard.list(options, () => node.listExtras(directory, options)),
    fetchExtra: (directory, path, options) => guard.fetch(options, () => node.fetchExtra(directory, path, options)),
    digest: (knownDigest, options) => guard.call(options, () => node.digest(knownDigest, options)),
    qualityDigest: (channel, quality, options) =>
      guard.call(options, () => node.qualityDigest(channel, quality, options)),
    events: (since, options) => guard.events(options, () => node.events(since, options)),
  };
};
