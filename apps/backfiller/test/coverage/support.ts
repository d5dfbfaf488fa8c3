import { readdirSync } from 'node:fs';
import path from 'node:path';
import { sha256 } from '@waybill/digest';
import { formatSegmentName, parseHour } from '@waybill/segments';
import type { StoredSegmentType } from '@waybill/segments';
import { Registry } from 'prom-client';
import { CoverageCache } from '../../src/coverage/coverage-cache.ts';
import type { CoverageCacheInit } from '../../src/coverage/coverage-cache.ts';
import { createCoverageMetrics } from '../../src/coverage/coverage-metrics.ts';
import { hourCoverageOf } from '../../src/coverage/hour-coverage.ts';
import type { HourCoverage } from '../../src/coverage/hour-coverage.ts';
import { pairCoverageOf } from '../../src/coverage/pair-coverage.ts';
import type { PairCoverage } from '../../src/coverage/pair-coverage.ts';
import { openArchive, putFile } from '../archive/support.ts';

export const HOUR = '2024-03-01T10';
export const NEXT_HOUR = '2024-03-01T11';
export const HOUR_MICROS = parseHour(HOUR);
export const SECOND = 1_000_000;

/** The name of a segment, in seconds. The text makes names of one start differ. */
export function segmentName(start: number, seconds = 2, type: StoredSegmentType = 'full', text = ''): string {
  return formatSegmentName({
    startMicros: Math.round(start * SECOND),
    durationMicros: Math.round(seconds * SECOND),
    type,
    digest: sha256(new TextEncoder().encode(`${start} ${seconds} ${type} ${text}`)),
  });
}

/** A row of full segments that follow each other, from one second to another. */
export function rowOfNames(from: number, to: number, seconds = 2): string[] {
  return Array.from({ length: Math.round((to - from) / seconds) }, (_, at) =>
    segmentName(from + at * seconds, seconds),
  );
}

/** As the cache puts hours together, without directories. */
export function coverageOfNames(hours: Readonly<Record<string, readonly string[]>>): PairCoverage {
  const found = new Map<string, HourCoverage>();
  let tail: readonly string[] = [];
  for (const hour of Object.keys(hours).sort()) {
    const coverage = hourCoverageOf(hour, (hours[hour] ?? []).toSorted(), tail, () => 0);
    found.set(hour, coverage);
    tail = coverage.tail;
  }
  return pairCoverageOf(found);
}

export async function putNames(base: string, hour: string, names: readonly string[]): Promise<void> {
  for (const name of names) await putFile(base, `demo/source/${hour}/${name}`);
}

export interface OpenedCache extends AsyncDisposable {
  readonly cache: CoverageCache;
  /** Hours that were read since the last time that it was asked, in order. */
  readHours(): string[];
  readonly warnings: string[];
}

/** A cache whose clock is an hour ahead, so that every directory is settled. */
export async function openCache(base: string, init: Partial<CoverageCacheInit> = {}): Promise<OpenedCache> {
  const archive = await openArchive(base, { sweep: false });
  const reads: string[] = [];
  const warnings: string[] = [];
  const cache = new CoverageCache({
    archive,
    now: () => Date.now() + 3_600_000,
    log: { warn: (_fields: unknown, message: string) => void warnings.push(message) } as CoverageCacheInit['log'],
    onRead: (directory) => reads.push(path.basename(directory)),
    ...init,
  });
  return { cache, warnings, readHours: () => reads.splice(0), [Symbol.asyncDispose]: async () => archive.close() };
}

/** Every series of the gauges, as `name{labels}` → value, with the help lines left out. */
export async function seriesOf(coverage: PairCoverage, nowMicros: number): Promise<Map<string, number>> {
  const registry = new Registry();
  createCoverageMetrics(registry).show('demo', 'source', coverage, nowMicros / 1000);
  return readSeries(registry);
}

export async function readSeries(registry: Registry): Promise<Map<string, number>> {
  const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

export function filesIn(directory: string): string[] {
  return readdirSync(directory).sort();
}
