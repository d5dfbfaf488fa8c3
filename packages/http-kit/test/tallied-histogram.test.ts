import { Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { TalliedHistogram } from '../src/tallied-histogram.ts';

const INIT = { name: 'size', help: 'Bytes.', labelNames: ['a', 'b'], buckets: [1, 4, 16] };
/** Below, between, on a bound, above all. */
const OBSERVED = [0, 1, 1.5, 4, 17, 1000];

test('shows what a histogram of prom-client shows', async () => {
  const [tallied, known] = [new Registry(), new Registry()];
  const histogram = TalliedHistogram.in(tallied, INIT);
  const tallies = [histogram.open({ a: 'x', b: 200 }), histogram.open({ a: 'y"\n', b: 'error' })];
  const reference = new Histogram({ ...INIT, registers: [known] });
  for (const value of OBSERVED) {
    tallies[0]?.observe(value);
    reference.observe({ a: 'x', b: 200 }, value);
  }
  tallies[1]?.observe(2);
  reference.observe({ a: 'y"\n', b: 'error' }, 2);
  expect(await tallied.metrics()).toBe(await known.metrics());
});

test('is one for each name of a registry', () => {
  const registry = new Registry();
  expect(TalliedHistogram.in(registry, INIT)).toBe(TalliedHistogram.in(registry, INIT));
});

test('begins anew when the registry is reset', async () => {
  const registry = new Registry();
  const tally = TalliedHistogram.in(registry, INIT).open({ a: 'x', b: 1 });
  tally.observe(3);
  registry.resetMetrics();
  tally.observe(5);
  const text = await registry.metrics();
  expect(text).toContain('size_count{a="x",b="1"} 1');
  expect(text).toContain('size_sum{a="x",b="1"} 5');
});
