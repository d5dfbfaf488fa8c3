import { describe, expect, it } from 'vitest';
import type { HourSequence, Sequence } from '../src/index.ts';
import { bestOfHour, HoleFoundError, selectBestSequence } from '../src/index.ts';
import type { BestQuery, BestScenario } from './support/vectors.ts';
import { bestScenarios } from './support/vectors.ts';

function archiveOf(scenario: BestScenario): (hour: string) => HourSequence {
  const sizes = new Map(scenario.files.map(({ path, size }) => [path, size]));
  return (hour) => {
    const names = [...sizes.keys()]
      .filter((path) => path.startsWith(`${hour}/`))
      .map((path) => path.slice(hour.length + 1));
    return bestOfHour(hour, names, { sizeOf: (name) => sizes.get(`${hour}/${name}`) ?? NaN });
  };
}

const paths = (sequence: Sequence): (string | null)[] => sequence.map((item) => item && `${item.hour}/${item.name}`);

function expectAnswer(scenario: BestScenario, query: BestQuery): void {
  const { startMicros, endMicros, allowHoles } = query;
  const ask = (): Sequence =>
    selectBestSequence(archiveOf(scenario), startMicros, endMicros, { allowHoles, rules: 'wubloader' });
  if (query.ok) expect(paths(ask())).toEqual(query.result);
  else expect(ask).toThrow(HoleFoundError);
}

describe('selection by the rules of wubloader, against its recorded answers', () => {
  it('has several hundred answers of both kinds to go by', () => {
    const queries = bestScenarios.flatMap((scenario) => scenario.queries);
    expect(queries.filter(({ ok }) => ok).length).toBeGreaterThan(300);
    expect(queries.filter(({ error }) => error === 'ContainsHoles').length).toBeGreaterThan(100);
    expect(queries.filter(({ ok, error }) => !ok && error !== 'ContainsHoles')).toEqual([]);
  });

  it.each(bestScenarios.map((scenario) => [scenario.name, scenario] as const))('gives the same: %s', (_, scenario) => {
    for (const query of scenario.queries) expectAnswer(scenario, query);
  });
});
