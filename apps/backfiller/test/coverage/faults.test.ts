import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { pairsOf } from '../../src/coverage/flat-ranges.ts';
import { BLUE, ORANGE, paintCoverage, WHITE } from '../../src/coverage/coverage-map.ts';
import { coverageReport } from '../../src/coverage/coverage-report.ts';
import { shownOf } from '../../src/coverage/pair-coverage.ts';
import type { PairCoverage, ShownCoverage } from '../../src/coverage/pair-coverage.ts';
import { runCli } from '../commands/support/run-cli.ts';
import {
  coverageOfNames,
  filesIn,
  HOUR,
  HOUR_MICROS,
  NEXT_HOUR,
  openCache,
  putNames,
  rowOfNames,
  SECOND,
  segmentName,
  seriesOf,
} from './support.ts';

const NOW = HOUR_MICROS + 30 * 60 * SECOND;

function shown(coverage: PairCoverage): ShownCoverage {
  return shownOf(coverage) ?? { coverage, range: { startMicros: 0, endMicros: 0 }, hoursAhead: 0 };
}

function reportOf(coverage: PairCoverage) {
  return coverageReport('demo', 'source', shown(coverage));
}

function colorsOf(coverage: PairCoverage): Set<number> {
  const { startMicros, endMicros } = shown(coverage).range;
  return new Set(paintCoverage(coverage, startMicros, endMicros));
}

/** Faults of the original's coverage: segments specification, section 3. */
describe('where the original errs, the coverage', () => {
  it('(1) is the same with a temp file of any nominal length in the hour', async () => {
    const row = rowOfNames(0, 3600);
    const temp = '59:58.000000-3607.0-temp-0e0a7e4e-9d5c-4f7b-9bb5-3f6c5a1d2b4e.ts';
    const [without, withTemp] = [coverageOfNames({ [HOUR]: row }), coverageOfNames({ [HOUR]: [...row, temp] })];
    expect(reportOf(withTemp)).toEqual(reportOf(without));
    expect(await seriesOf(withTemp, NOW)).toEqual(await seriesOf(without, NOW));
    expect(reportOf(withTemp)).toMatchObject({ coveredMicros: 3600 * SECOND, missingMicros: 0 });
  });

  it('(2) has no hole where a short segment lies inside a long one', async () => {
    const inside = coverageOfNames({ [HOUR]: [segmentName(0, 10), segmentName(1, 2), ...rowOfNames(10, 3600)] });
    expect(reportOf(inside)).toMatchObject({ holes: [], usable: { holes: 0, coveredMicros: 3600 * SECOND } });
    expect(colorsOf(inside)).toEqual(new Set([BLUE]));
    const series = await seriesOf(inside, NOW);
    expect(series.get('raw_holes{channel="demo",quality="source",window="all"}')).toBe(0);
  });

  it.each([
    [1, 0],
    [10, 0],
    [11, 1],
  ])('(3) takes a gap of %i ms at the boundary of two hours for %i holes, as anywhere else', (ms, holes) => {
    const row = rowOfNames(0, 3598);
    const last = segmentName(3598, 2 - ms / 1000);
    const boundary = coverageOfNames({ [HOUR]: [...row, last], [NEXT_HOUR]: rowOfNames(0, 3600) });
    expect(reportOf(boundary).holes).toHaveLength(holes);
    expect(colorsOf(boundary).has(WHITE)).toBe(holes > 0);
  });

  it('(4) ends with the last real hour, whatever other directories there are', async () => {
    await using base = await temporaryDirectory();
    await putNames(base.path, HOUR, rowOfNames(0, 20));
    for (const stray of ['zzz', '2024-03-01T24', '2024-03-01T11.bak', 'lost+found'])
      await mkdir(path.join(base.path, 'demo', 'source', stray));
    await using opened = await openCache(base.path);
    const coverage = await opened.cache.get('demo', 'source');
    expect([...coverage.hours.keys()]).toEqual([HOUR]);
    expect(reportOf(coverage)).toMatchObject({ holes: [], missingMicros: 0 });
    expect(opened.readHours()).toEqual([HOUR]);
    expect(opened.warnings).toEqual([]);
  });

  it('(5) counts a suspect that a full one hides as an overlap of its own type, and of two full ones the shorter', () => {
    const hidden = coverageOfNames({
      [HOUR]: [segmentName(0), segmentName(0, 2, 'suspect'), segmentName(2, 4), segmentName(2, 3), segmentName(6)],
    });
    const { overlaps, segments, coveredMicros } = reportOf(hidden);
    expect(coveredMicros).toBe(8 * SECOND);
    expect(overlaps).toEqual({
      full: { count: 1, micros: 3 * SECOND },
      suspect: { count: 1, micros: 2 * SECOND },
      partial: { count: 0, micros: 0 },
    });
    expect(segments.suspect).toEqual({ count: 1, micros: 2 * SECOND });
    expect(colorsOf(hidden)).not.toContain(ORANGE);
  });

  it('(6) shows no series of an hour that was deleted, and never more than a fixed number', async () => {
    const hours = Object.fromEntries(
      Array.from({ length: 24 * 5 }, (_, at) => [
        new Date(HOUR_MICROS / 1000 - at * 3_600_000).toISOString().slice(0, 13),
        rowOfNames(0, 10),
      ]),
    );
    const [one, many] = [coverageOfNames({ [HOUR]: rowOfNames(0, 10) }), coverageOfNames(hours)];
    expect([...(await seriesOf(many, NOW)).keys()]).toEqual([...(await seriesOf(one, NOW)).keys()]);
    expect([...(await seriesOf(one, NOW + 48 * 3600 * SECOND)).keys()].join()).not.toMatch(/window="(hour|day)"/);
    expect([...(await seriesOf(coverageOfNames({}), NOW)).keys()]).toEqual([]);
  });

  it('(7) makes its page without a database', async () => {
    await using base = await temporaryDirectory();
    await putNames(base.path, HOUR, rowOfNames(0, 20));
    const { code, stderr } = await runCli(
      ['coverage', 'demo', '--make-page', '--run-once', '--quiet', '--base-dir', base.path].concat([
        '--static-nodes',
        'http://other:8000/prefix',
      ]),
    );
    expect(code, stderr).toBe(0);
    expect(filesIn(path.join(base.path, 'coverage-maps'))).toEqual([
      'demo_source_coverage.html',
      'demo_source_coverage.json',
      'demo_source_coverage.png',
    ]);
  });

  it('(8) reads an hour that did not change once', async () => {
    await using base = await temporaryDirectory();
    await putNames(base.path, HOUR, rowOfNames(0, 20));
    await putNames(base.path, NEXT_HOUR, rowOfNames(0, 20));
    await using opened = await openCache(base.path);
    const first = await opened.cache.get('demo', 'source');
    expect(opened.readHours()).toEqual([HOUR, NEXT_HOUR]);
    expect(await opened.cache.get('demo', 'source')).toBe(first);
    expect(opened.readHours()).toEqual([]);
    await putNames(base.path, NEXT_HOUR, [segmentName(20)]);
    await opened.cache.get('demo', 'source');
    expect(opened.readHours()).toEqual([NEXT_HOUR]);
    await rm(path.join(base.path, 'demo', 'source', HOUR), { recursive: true });
    const last = await opened.cache.get('demo', 'source');
    expect([...last.hours.keys()]).toEqual([NEXT_HOUR]);
    expect(pairsOf(last.covered)).toHaveLength(1);
  });
});
