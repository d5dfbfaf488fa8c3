import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createCoverageMetrics } from '../../src/coverage/coverage-metrics.ts';
import {
  coverageOfNames,
  HOUR,
  HOUR_MICROS,
  NEXT_HOUR,
  readSeries,
  rowOfNames,
  SECOND,
  segmentName,
} from './support.ts';

const HOUR_SECONDS = 3600;
const labels = (window: string, type?: string): string =>
  `{channel="demo",quality="source",window="${window}"${type === undefined ? '' : `,type="${type}"`}}`;

/** Two hours of data, a day before a third one with a hole of 8 s and a name that nothing can read. */
const COVERAGE = coverageOfNames({
  '2024-02-29T08': rowOfNames(3590, 3600),
  [HOUR]: [...rowOfNames(0, 10), segmentName(18), segmentName(18, 2, 'suspect'), 'garbage.ts'],
  [NEXT_HOUR]: [],
});

describe('the gauges of the coverage', () => {
  it('are in seconds and numbers, by window', async () => {
    const registry = new Registry();
    const metrics = createCoverageMetrics(registry);
    metrics.show('demo', 'source', COVERAGE, HOUR_MICROS / 1000 + 60_000);
    const series = await readSeries(registry);
    expect(series.get(`raw_coverage${labels('hour')}`)).toBe(12);
    expect(series.get(`editable_coverage${labels('all')}`)).toBe(22);
    expect(series.get(`raw_holes${labels('hour')}`)).toBe(1);
    expect(series.get(`raw_holes${labels('all')}`)).toBe(2);
    expect(series.get(`coverage_missing_seconds${labels('hour')}`)).toBe(8);
    expect(series.get(`coverage_ratio${labels('hour')}`)).toBe(0.6);
    expect(series.get(`segment_count${labels('hour', 'full')}`)).toBe(6);
    expect(series.get(`segment_count${labels('hour', 'bad')}`)).toBe(1);
    expect(series.get(`overlap_count${labels('hour', 'suspect')}`)).toBe(1);
    expect(series.get(`overlap_duration${labels('all', 'suspect')}`)).toBe(2);
    expect(series.get('coverage_newest_segment_timestamp_seconds{channel="demo",quality="source"}')).toBe(
      HOUR_MICROS / SECOND + 20,
    );
  });

  it('of the newest segment and of the last hours are not about one that a wrong clock has dated years ahead', async () => {
    const registry = new Registry();
    const metrics = createCoverageMetrics(registry);
    const coverage = coverageOfNames({ [HOUR]: rowOfNames(0, 20), '2036-01-01T00': rowOfNames(0, 2) });
    metrics.show('demo', 'source', coverage, HOUR_MICROS / 1000 + 60_000);
    const series = await readSeries(registry);
    expect(series.get('coverage_newest_segment_timestamp_seconds{channel="demo",quality="source"}')).toBe(
      HOUR_MICROS / SECOND + 20,
    );
    expect(series.get(`coverage_ratio${labels('hour')}`)).toBe(1);
    expect(series.get(`segment_count${labels('day', 'full')}`)).toBe(10);
    // There it shows.
    expect(series.get(`raw_holes${labels('all')}`)).toBe(1);
    expect(series.get(`segment_count${labels('all', 'full')}`)).toBe(11);
  });

  it('vanish with the hours of their window, and with the last segment', async () => {
    const registry = new Registry();
    const metrics = createCoverageMetrics(registry);
    const nowMs = HOUR_MICROS / 1000;
    metrics.show('demo', 'source', COVERAGE, nowMs);
    const windows = async (): Promise<Set<string>> => {
      const found = [...(await readSeries(registry)).keys()].map((key) => /window="(\w+)"/.exec(key)?.[1] ?? 'none');
      return new Set(found);
    };
    expect(await windows()).toEqual(new Set(['hour', 'day', 'all', 'none']));
    metrics.show('demo', 'source', COVERAGE, nowMs + 3 * HOUR_SECONDS * 1000);
    expect(await windows()).toEqual(new Set(['day', 'all', 'none']));
    metrics.show('demo', 'source', COVERAGE, nowMs + 30 * HOUR_SECONDS * 1000);
    expect(await windows()).toEqual(new Set(['all', 'none']));
    metrics.show('demo', 'source', coverageOfNames({}), nowMs);
    expect(await windows()).toEqual(new Set());
  });
});
