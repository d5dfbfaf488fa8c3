import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { registeredMetrics } from '../../src/docs/registered-metrics.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const text = readFileSync(path.join(root, 'docs/operations/monitoring.md'), 'utf8');
const rules = globSync('docs/operations/*-alerts.yml', { cwd: root }).map((file) =>
  readFileSync(path.join(root, file), 'utf8'),
);
const alerts = rules.flatMap((rule) => [...rule.matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name));

function metricsInTables(): string[] {
  const cells = [...text.matchAll(/^\| (`[^|]+) \|/gm)].map(([, cell = '']) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name));
}

describe('docs/operations/monitoring.md', () => {
  it('says of every metric of the sources what it means, and of no other', () => {
    expect(metricsInTables().sort()).toEqual(registeredMetrics(root));
  });

  it('says of every alert what to do, and of no other', () => {
    const sections = [...text.matchAll(/^### (\w+)\n\S/gm)].map(([, name = '']) => name);
    expect(alerts.length).toBeGreaterThan(10);
    expect(sections.sort()).toEqual(alerts.sort());
  });

  it('has alerts that are tested: each has a case where it fires, and one where it does not', () => {
    const cases = globSync('tools/workspace/test/alerts/*.promtool.yml', { cwd: root })
      .map((file) => readFileSync(path.join(root, file), 'utf8'))
      .join('');
    const untested = alerts.filter(
      (name) => !cases.includes(`name: ${name} fires\n`) || !cases.includes(`name: ${name} is silent\n`),
    );
    expect(untested).toEqual([]);
  });
});
