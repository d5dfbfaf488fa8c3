import { existsSync, globSync, realpathSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { runProgram, skipWithout } from '@waybill/test-kit';
import type { SkippableTest } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { formatPath } from '../../src/paths/format-path.ts';
import { trace } from '../../src/trace/trace.ts';
import { batDifferences } from './support/bat-differences.ts';

/*
 * Blender Asset Tracer 1.x (`blender-asset-tracer` on PyPI, with zstandard) lists the dependencies of each
 * file. It is run as a program, and its output is compared; nothing of it is in here.
 */

/** Data of others, read where it is there: see docs/testing.md. */
const data = process.env['WAYBILL_TEST_DATA'] ?? resolve(import.meta.dirname, '../../../../../shared/data');
const place = resolve(data, 'blend/bat');
/** BAT shows where links lead. */
const folder = existsSync(place) ? realpathSync(place) : place;
const files = globSync('**/*.blend', { cwd: folder }).sort();

/** A reference as text: which .blend file leads to which file, with `missing` where there is none. */
type Reference = string;

const reference = (holder: string, file: string): Reference =>
  [holder, file].map((path) => (path.startsWith(folder) ? relative(folder, path) : path)).join(' -> ');

/** Another program of that name shows files in colour; only this one prints a version for this. */
const installed = runProgram('bat', ['version']).then((ran) => ran?.code === 0 && /^\d+\.\d+/.test(ran.stdout));

async function listWithBat(name: string, test: SkippableTest): Promise<Set<Reference> | 'fails'> {
  if (!(await installed)) skipWithout(test, 'BAT is not installed (pip install blender-asset-tracer zstandard)');
  const ran = await runProgram('bat', ['list', '--json', resolve(folder, name)]);
  if (ran?.code !== 0) return 'fails';
  const listed = JSON.parse(ran.stdout) as Record<string, string[]>;
  const pairs = Object.entries(listed).flatMap(([holder, each]) => each.map((file) => reference(holder, file)));
  const missing = [...ran.stderr.matchAll(/Path (.+) does not exist for/g)].map(([, file]) =>
    reference('missing', file!),
  );
  return new Set([...pairs, ...missing]);
}

async function listWithOurs(name: string): Promise<Set<Reference> | 'fails'> {
  const found = new Set<Reference>();
  try {
    for await (const { holder, files: assets, absolute, isOptional, isPacked } of trace(resolve(folder, name))) {
      for (const { path } of assets) found.add(reference(formatPath(holder), formatPath(path)));
      if (assets.length === 0 && !isOptional && !isPacked) found.add(reference('missing', formatPath(absolute)));
    }
  } catch {
    return 'fails';
  }
  return found;
}

describe.skipIf(!existsSync(folder))('files of many Blenders (WAYBILL_TEST_DATA)', () => {
  it.for(files)('%s: leads to what BAT finds, but for the differences that are known', async (name, test) => {
    const bat = await listWithBat(name, test);
    const ours = await listWithOurs(name);
    const [batOnly, oursOnly] =
      bat === 'fails' || ours === 'fails' ? [bat, ours] : [without(bat, ours), without(ours, bat)];
    const known = batDifferences.filter(({ files: where }) => where.includes(name));
    const wanted = (side: 'bat' | 'ours'): string[] => known.flatMap((each) => each[side] ?? []).sort();
    const bothFail = bat === 'fails' && ours === 'fails';
    expect(known.some((each) => each.bothFail === true)).toBe(bothFail);
    if (!bothFail) expect({ bat: batOnly, ours: oursOnly }).toEqual({ bat: wanted('bat'), ours: wanted('ours') });
  });

  it('every known difference has a reason, and files that are there', () => {
    expect(files.length).toBeGreaterThan(40);
    for (const { reason, files: where } of batDifferences) {
      expect(reason.length).toBeGreaterThan(20);
      expect(files).toEqual(expect.arrayContaining([...where]));
    }
  });
});

function without(all: ReadonlySet<Reference>, others: ReadonlySet<Reference>): Reference[] {
  return [...all].filter((each) => !others.has(each)).sort();
}
