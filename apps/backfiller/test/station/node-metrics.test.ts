import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createNodeMetrics } from '../../src/station/node-metrics.ts';

test('a node that is taken off the list leaves no state behind, but its counts', async () => {
  const registry = new Registry();
  const metrics = createNodeMetrics(registry);
  for (const node of ['a', 'b']) metrics.noteCircuit({ node, state: 'open', reason: 'hostile' } as never);
  metrics.forget('a');
  const text = await registry.metrics();
  expect(text).not.toContain('node_circuit_open{remote="a"}');
  expect(text).toContain('node_circuit_open{remote="b"} 1');
  expect(text).toContain('node_hostile_acts_total{remote="a"} 1');
});
