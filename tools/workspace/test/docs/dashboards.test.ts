import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { registeredMetrics } from '../../src/docs/registered-metrics.ts';

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string }[];
}

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
}

const root = path.resolve(import.meta.dirname, '../../../..');
const files = globSync('docker/grafana/*.json', { cwd: root }).sort();
const known = new Set([...registeredMetrics(root), 'process_resident_memory_bytes']);
const read = (file: string): Dashboard => JSON.parse(readFileSync(path.join(root, file), 'utf8')) as Dashboard;

/** Names right before a selector: what is asked of Prometheus. Histograms are asked by their parts. */
const metricsIn = (expr: string): string[] =>
  [...expr.matchAll(/([a-z_]+)\{/g)].map(([, name = '']) => name.replace(/_(?:bucket|count|sum)$/, ''));

describe('the dashboards', () => {
  it('are one for each service, each with an id of its own', () => {
    expect(files.map((file) => path.basename(file))).toEqual([
      'backfiller.json',
      'car-exporter.json',
      'shaman-server.json',
    ]);
    expect(new Set(files.map((file) => read(file).uid)).size).toBe(files.length);
  });

  it.each(files)('%s asks for metrics that the sources have', (file) => {
    const exprs = read(file).panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    const unknown = exprs.filter(
      (expr) => metricsIn(expr).length === 0 || metricsIn(expr).some((one) => !known.has(one)),
    );
    expect(exprs.length).toBeGreaterThan(5);
    expect(unknown).toEqual([]);
  });

  it.each(files)('%s has panels that do not lie on each other', (file) => {
    const { panels } = read(file);
    const cells = panels.map(({ gridPos: { x, y } }) => `${x},${y}`);
    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  });
});
