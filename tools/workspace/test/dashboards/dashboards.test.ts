import { describe, expect, it } from 'vitest';
import { registeredMetrics } from '../../src/docs/registered-metrics.ts';
import { complaintsAbout } from './compile-dashboards.ts';
import { readDashboards, ROOT } from './read-dashboards.ts';

const dashboards = readDashboards();
const known = new Set([...registeredMetrics(ROOT), 'process_resident_memory_bytes']);

/** Names right before a selector: what is asked of Prometheus. Histograms are asked by their parts. */
const metricsIn = (expr: string): string[] =>
  [...expr.matchAll(/([a-z_]+)\{/g)].map(([, name = '']) => name.replace(/_(?:bucket|count|sum)$/, ''));

describe('the dashboards', () => {
  it('are one for each service, each with an id of its own', () => {
    expect(dashboards.map(({ name }) => name)).toEqual(['backfiller', 'car-exporter', 'shaman-server']);
    expect(new Set(dashboards.map(({ dashboard }) => dashboard.uid)).size).toBe(dashboards.length);
  });

  it('are what the types of Grafana ask for', () => {
    expect(complaintsAbout(dashboards.map(({ text }) => text))).toEqual([]);
  });

  it('would not be, with an option that Grafana does not know, a value that it does not take, or one that it needs and has not', () => {
    const [{ text } = { text: '' }] = dashboards;
    const wrong = [
      [/"placement"/, '"placemant"'],
      [/"mode": "multi"/, '"mode": "many"'],
      [/"schemaVersion": \d+,/, ''],
    ] as const;
    const complaints = complaintsAbout(wrong.map(([from, to]) => text.replace(from, to)));
    expect(complaints).toHaveLength(wrong.length);
    for (const part of ['placemant', '"many"', "'schemaVersion' is missing"])
      expect(complaints.join('\n')).toContain(part);
  });

  it.each(dashboards)('$name asks for metrics that the sources have', ({ dashboard }) => {
    const exprs = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    const unknown = exprs.filter(
      (expr) => metricsIn(expr).length === 0 || metricsIn(expr).some((one) => !known.has(one)),
    );
    expect(exprs.length).toBeGreaterThan(5);
    expect(unknown).toEqual([]);
  });

  it.each(dashboards)('$name has panels that do not lie on each other', ({ dashboard: { panels } }) => {
    const cells = panels.map(({ gridPos: { x, y } }) => `${x},${y}`);
    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  });
});
