import { hash } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { CoverageFiles } from '../../src/coverage/coverage-files.ts';
import { coveragePage } from '../../src/coverage/coverage-page.ts';
import type { CoverageReport } from '../../src/coverage/coverage-report.ts';
import { coverageOfNames, filesIn, HOUR, NEXT_HOUR, rowOfNames, SECOND, segmentName } from './support.ts';

const COVERAGE = coverageOfNames({
  [HOUR]: [...rowOfNames(0, 10), segmentName(20, 2, 'partial'), ...rowOfNames(22, 30)],
});
const STEM = 'demo_source_coverage';

function edited(bytes: Buffer, from: string, to: string): Buffer {
  return Buffer.from(bytes.toString().replace(from, to));
}

async function inodesOf(directory: string): Promise<Record<string, number>> {
  const pairs = filesIn(directory).map(async (name) => [name, (await stat(path.join(directory, name))).ino] as const);
  return Object.fromEntries(await Promise.all(pairs));
}

describe('the files of the coverage', () => {
  it('say the same as an image and as JSON', async () => {
    await using place = await temporaryDirectory();
    const files = new CoverageFiles({ outputDirectory: place.path, durability: 'none' });
    await files.write('demo', 'source', COVERAGE);
    expect(filesIn(place.path)).toEqual([`${STEM}.json`, `${STEM}.png`]);
    const { width, height } = decode(await readFile(path.join(place.path, `${STEM}.png`)));
    expect({ width, height }).toEqual({ width: 6, height: 300 });
    const report = JSON.parse(await readFile(path.join(place.path, `${STEM}.json`), 'utf8')) as CoverageReport;
    expect(report).toMatchObject({
      ...{
        channel: 'demo',
        quality: 'source',
        start: '2024-03-01T10:00:00.000000Z',
        end: '2024-03-01T11:00:00.000000Z',
      },
      ...{ coveredMicros: 20 * SECOND, missingMicros: 10 * SECOND, partialMicros: 2 * SECOND, badNames: 0 },
      holes: [{ start: '2024-03-01T10:00:10.000000Z', end: '2024-03-01T10:00:20.000000Z', micros: 10 * SECOND }],
      partials: [{ start: '2024-03-01T10:00:20.000000Z', end: '2024-03-01T10:00:22.000000Z', micros: 2 * SECOND }],
    });
  });

  it('show the archive, and not the way to a segment that a wrong clock has dated ahead, until its hour comes', async () => {
    await using place = await temporaryDirectory();
    const coverage = coverageOfNames({ [HOUR]: rowOfNames(0, 10), '2024-03-04T00': rowOfNames(0, 2) });
    let nowMs = Date.parse('2024-03-01T12:00:00Z');
    const files = new CoverageFiles({ outputDirectory: place.path, durability: 'none', now: () => nowMs });
    const shown = await files.write('demo', 'source', coverage);
    expect(shown).toMatchObject({ end: '2024-03-01T11:00:00.000000Z', hoursAhead: 1, holes: [] });
    nowMs = Date.parse('2024-03-04T00:00:00Z');
    expect((await files.write('demo', 'source', coverage))?.end).toBe('2024-03-04T01:00:00.000000Z');
    const asked = new CoverageFiles({ outputDirectory: place.path, durability: 'none', lastHour: '2024-03-04T00' });
    expect((await asked.write('demo', 'source', coverage))?.end).toBe('2024-03-04T01:00:00.000000Z');
    // Where all is ahead, it is rather our clock that is wrong.
    const behind = new CoverageFiles({ outputDirectory: place.path, durability: 'none', now: () => 0 });
    expect((await behind.write('demo', 'source', COVERAGE))?.end).toBe('2024-03-01T11:00:00.000000Z');
  });

  it('are left alone where nothing changed, by a later process too, and come back where somebody removed one', async () => {
    await using place = await temporaryDirectory();
    const create = () =>
      new CoverageFiles({ outputDirectory: place.path, durability: 'none', nodes: () => [{ name: 'this node' }] });
    const files = create();
    await files.write('demo', 'source', COVERAGE);
    const before = await inodesOf(place.path);
    await files.write('demo', 'source', COVERAGE);
    await create().write('demo', 'source', { ...COVERAGE });
    expect(await inodesOf(place.path)).toEqual(before);
    await rm(path.join(place.path, `${STEM}.png`));
    await writeFile(path.join(place.path, `${STEM}.json`), '{');
    await files.write('demo', 'source', COVERAGE);
    const after = await inodesOf(place.path);
    expect(Object.keys(after)).toEqual(Object.keys(before));
    expect(after[`${STEM}.html`]).toBe(before[`${STEM}.html`]);
    expect(JSON.parse(await readFile(path.join(place.path, `${STEM}.json`), 'utf8'))).toMatchObject({
      channel: 'demo',
    });
  });

  it.each([
    ['the map was changed', 'png', (bytes: Buffer) => bytes.fill(0, 30, 40)],
    ['the map is one of an earlier program', 'json', (bytes: Buffer) => edited(bytes, '"version":1', '"version":0')],
    ['the report says something else', 'json', (bytes: Buffer) => edited(bytes, '"badNames":0', '"badNames":1')],
  ] as const)('are made anew where %s', async (_what, extension, change) => {
    await using place = await temporaryDirectory();
    const file = path.join(place.path, `${STEM}.${extension}`);
    const files = new CoverageFiles({ outputDirectory: place.path, durability: 'none' });
    await files.write('demo', 'source', COVERAGE);
    const whole = await readFile(file);
    await writeFile(file, change(Buffer.from(whole)));
    await files.write('demo', 'source', COVERAGE);
    expect((await readFile(file)).equals(whole)).toBe(true);
  });

  it('say which map belongs to a report, and tell maps apart of which all else is the same', async () => {
    await using place = await temporaryDirectory();
    const files = new CoverageFiles({ outputDirectory: place.path, durability: 'none' });
    const maps = new Set<string>();
    // Moved by a pixel at both ends: no number but the two ends differs.
    for (const first of [0, 2]) {
      await files.write('demo', 'source', coverageOfNames({ [HOUR]: rowOfNames(first, first + 10) }));
      const { map } = JSON.parse(await readFile(path.join(place.path, `${STEM}.json`), 'utf8')) as {
        map: { sha256: string };
      };
      expect(hash('sha256', await readFile(path.join(place.path, `${STEM}.png`)))).toBe(map.sha256);
      maps.add(map.sha256);
    }
    expect(maps.size).toBe(2);
  });

  it('show the hours that are asked for, white where nothing is', async () => {
    await using place = await temporaryDirectory();
    const hours = { firstHour: '2024-03-01T09', lastHour: NEXT_HOUR };
    const report = await new CoverageFiles({ outputDirectory: place.path, ...hours }).write('demo', 'source', COVERAGE);
    const { width, data } = decode(await readFile(path.join(place.path, `${STEM}.png`)));
    expect(width).toBe(18);
    expect(report).toMatchObject({ missingMicros: 10 * SECOND, start: '2024-03-01T09:00:00.000000Z' });
    // The row of the first pixel: four pixels a byte; column 6, the first of the hour, is blue, all others are white.
    expect([...data.slice(0, 5)]).toEqual([0, 0b00000100, 0, 0, 0]);
  });

  it('show of many years the newest 400 days, so that one stray hour makes no gigantic map', async () => {
    await using place = await temporaryDirectory();
    const stray = coverageOfNames({ '0001-01-01T00': [segmentName(0)], [HOUR]: rowOfNames(0, 10) });
    await new CoverageFiles({ outputDirectory: place.path }).write('demo', 'source', stray);
    expect(decode(await readFile(path.join(place.path, `${STEM}.png`))).width).toBe(400 * 24 * 6);
  });

  it('are not made of nothing', async () => {
    await using place = await temporaryDirectory();
    expect(await new CoverageFiles({ outputDirectory: place.path }).write('demo', 'source', coverageOfNames({}))).toBe(
      undefined,
    );
    expect(filesIn(place.path)).toEqual([]);
  });
});

describe('the page beside the maps', () => {
  const page = new TextDecoder().decode(
    coveragePage('de mo', 'source', [
      { name: 'this node' },
      { name: '</script><script>alert(1)</script>', url: 'http://other:8000/prefix' },
    ]),
  );

  it('names the map of every node, and is one file', () => {
    const [, text = ''] = /<script type="application\/json" id="maps">(.*?)<\/script>/.exec(page) ?? [];
    expect(JSON.parse(text)).toEqual([
      {
        title: 'de mo source · this node',
        image: 'de%20mo_source_coverage.png',
        json: 'de%20mo_source_coverage.json',
      },
      {
        title: 'de mo source · </script><script>alert(1)</script>',
        image: 'http://other:8000/prefix/segments/coverage-maps/de%20mo_source_coverage.png',
        json: 'http://other:8000/prefix/segments/coverage-maps/de%20mo_source_coverage.json',
      },
    ]);
    expect(page).not.toMatch(/<link rel="stylesheet"|<script[^>]* src=/);
  });

  it('takes nothing of a name for HTML', () => {
    expect(page.match(/<script/g)).toHaveLength(2);
  });
});
