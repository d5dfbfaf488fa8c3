import { globSync, readFileSync } from 'node:fs';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createBackfillMetrics } from '../../src/backfill/report/backfill-metrics.ts';
import { createCoverageMetrics } from '../../src/coverage/coverage-metrics.ts';
import { createRecordMetrics } from '../../src/record/report/record-metrics.ts';
import { createNodeMetrics } from '../../src/station/node-metrics.ts';

const RULES = new URL('../../../../docs/operations/backfiller-alerts.yml', import.meta.url);
const SOURCES = new URL('../../src/backfill/', import.meta.url);
const FUNCTIONS = new Set(['increase', 'or', 'rate', 'time']);

/** Words of an expression outside of its label matchers and ranges, which are metrics or functions. */
const metricsIn = (expression: string): string[] =>
  [...expression.replaceAll(/\{.*?\}|\[.*?\]/g, '').matchAll(/[a-z]\w+/g)]
    .map(([word]) => word)
    .filter((word) => !FUNCTIONS.has(word));

describe('the alert rules', () => {
  it('ask for metrics that the program has, and for each by its whole name', () => {
    const registry = new Registry();
    createBackfillMetrics(registry);
    createNodeMetrics(registry);
    createCoverageMetrics(registry);
    createRecordMetrics(registry, () => []);
    // `up` is Prometheus' own: whether the last scrape was answered.
    const known = new Set(['up', ...registry.getMetricsAsArray().map(({ name }) => name)]);
    const named = [...readFileSync(RULES, 'utf8').matchAll(/^ +expr: (.*)$/gm)].map(([, text = '']) => metricsIn(text));
    expect(named.length).toBeGreaterThan(5);
    expect(named.flat().filter((name) => !known.has(name))).toEqual([]);
    expect(named.filter((names) => names.length === 0)).toEqual([]);
  });

  it('match kinds of alerts that the program raises', () => {
    const sources = globSync('**/*.ts', { cwd: SOURCES }).map((file) => readFileSync(new URL(file, SOURCES), 'utf8'));
    const kinds = [...readFileSync(RULES, 'utf8').matchAll(/kind="([^"]+)"/g)].map(([, kind = '']) => kind);
    expect(kinds.length).toBeGreaterThan(0);
    for (const kind of kinds) expect(sources.join('\n')).toContain(`alert(node, '${kind}'`);
  });
});
