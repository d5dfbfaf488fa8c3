import { skipWithout, waitFor } from '@waybill/test-kit';
import { expect, it } from 'vitest';
import { startBusyPrograms } from './busy-programs.ts';
import { hasPrometheus, startPrometheus } from './prometheus.ts';
import { readDashboards } from './read-dashboards.ts';

interface Question {
  readonly where: string;
  readonly expression: string;
  /** Labels that the legend shows. */
  readonly labels: readonly string[];
}

/** All that a dashboard asks Prometheus: the values of its variables, and what its panels show. */
function questions(): Question[] {
  return readDashboards().flatMap(({ name, dashboard }) => {
    const variables = dashboard.templating.list.flatMap(({ query }) =>
      [...(typeof query === 'string' ? query : '').matchAll(/^label_values\((.*), (\w+)\)$/g)].map(
        ([, expression = '', label = '']) => ({
          where: `${name}: $${label}`,
          expression,
          labels: [label],
        }),
      ),
    );
    const panels = dashboard.panels.flatMap(({ title, targets }) =>
      targets.map(({ expr, legendFormat = '' }) => ({
        where: `${name}: ${title}`,
        expression: expr.replaceAll('$instance', '.*'),
        labels: [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label),
      })),
    );
    return [...variables, ...panels];
  });
}

it('every question of the dashboards has an answer from programs that run, with the labels that legends show', async (test) => {
  if (!hasPrometheus()) skipWithout(test, 'prometheus is not installed');
  await using programs = await startBusyPrograms();
  await using prometheus = await startPrometheus(programs.targets);
  const unanswered = async (): Promise<string[]> => {
    const all = await Promise.all(
      questions().map(async ({ where, expression, labels }) => {
        const series = await prometheus.query(expression);
        const isComplete = series.length > 0 && series.every(({ metric }) => labels.every((label) => label in metric));
        return isComplete ? [] : [`${where}: ${expression}: ${JSON.stringify(series.slice(0, 2))}`];
      }),
    );
    return all.flat();
  };
  expect(questions().length).toBeGreaterThan(35);
  await waitFor(async () => (await unanswered()).length === 0, { timeoutMs: 60_000, intervalMs: 1000 }).catch(
    () => undefined,
  );
  expect(await unanswered()).toEqual([]);
}, 180_000);
