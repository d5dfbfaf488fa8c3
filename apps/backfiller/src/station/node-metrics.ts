import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { CircuitChange } from '../remote/circuit-breaker.ts';

export interface NodeMetrics {
  readonly noteListError: () => void;
  readonly noteCircuit: (change: CircuitChange) => void;
  /** Of a node that is no longer on the list, no state is shown. */
  readonly forget: (node: string) => void;
}

/** Metrics of the list of nodes and of each node's circuit breaker. */
export function createNodeMetrics(registry: Registry): NodeMetrics {
  const registers = [registry];
  const labelNames = ['remote'];
  const errors = new Counter({
    name: 'node_list_errors_total',
    help: 'Failed refreshes of the list of nodes',
    registers,
  });
  const open = new Gauge({ name: 'node_circuit_open', help: '1 while a node is on back-off', labelNames, registers });
  const hostileActs = new Counter({
    name: 'node_hostile_acts_total',
    help: 'Times that a node was put on its longest back-off for what no honest node does',
    labelNames,
    registers,
  });
  return {
    noteListError: () => {
      errors.inc();
    },
    noteCircuit: ({ node, state, reason }) => {
      open.set({ remote: node }, state === 'open' ? 1 : 0);
      if (reason === 'hostile') hostileActs.inc({ remote: node });
    },
    forget: (node) => {
      open.remove({ remote: node });
    },
  };
}
