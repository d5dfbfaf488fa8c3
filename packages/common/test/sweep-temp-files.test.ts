import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type TemporaryDirectory, temporaryDirectory } from '@waybill/test-kit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sweepTempFiles } from '../src/sweep-temp-files.ts';
import { formatTempMark, parseTempMark, type TempMark, tempMark } from '../src/temp-mark.ts';
import { defaultTempName } from '../src/temp-name.ts';

let directory: TemporaryDirectory;
const own = parseTempMark(tempMark()) as TempMark;
const gone = formatTempMark({ ...own, pid: spawnSync(process.execPath, ['--version']).pid });
const unknown = formatTempMark({ ...own, place: '0123456789ab' });

beforeEach(async () => {
  directory = await temporaryDirectory();
});

afterEach(async () => await directory[Symbol.asyncDispose]());

function create(name: string, ageMs = 0): string {
  const path = join(directory.path, name);
  writeFileSync(path, 'left behind');
  const seconds = (Date.now() - ageMs) / 1000;
  utimesSync(path, seconds, seconds);
  return path;
}

test('removes what a process that has ended left behind, however young', async () => {
  const path = create(defaultTempName(gone, 1));
  expect(await sweepTempFiles(directory.path)).toEqual([path]);
  expect(readdirSync(directory.path)).toEqual([]);
});

test('keeps what a running process is writing, however old', async () => {
  create(defaultTempName(tempMark(), 1), 1e9);
  expect(await sweepTempFiles(directory.path, { maxAgeMs: 0 })).toEqual([]);
});

test('removes files of an unknown owner only when they are old enough', async () => {
  const old = create(defaultTempName(unknown, 1), 3_700_000);
  const young = create(defaultTempName(unknown, 2), 3_500_000);
  expect(await sweepTempFiles(directory.path)).toEqual([old]);
  expect(await sweepTempFiles(directory.path, { maxAgeMs: 3_000_000 })).toEqual([young]);
});

test('never touches files of others, whatever they are called and however old', async () => {
  const names = [
    'segment.ts',
    '01:02.3-2.0-temp-af1c.ts',
    '.waybill.mark.1.temp',
    `${gone}.temp`,
    `.waybill.${gone}.1.temp~`,
  ];
  for (const name of names) create(name, 1e9);
  expect(await sweepTempFiles(directory.path, { maxAgeMs: 0 })).toEqual([]);
  expect(readdirSync(directory.path).sort()).toEqual(names.sort());
});

test('finds the marks in names of the caller’s own format', async () => {
  const path = create(`01:02.3-2.0-temp-waybill.${gone}.1.ts`);
  create(`01:02.3-2.0-temp-${gone}.ts`);
  const match = (name: string): string | undefined => /-temp-waybill\.([a-z0-9]+)\./.exec(name)?.[1];
  expect(await sweepTempFiles(directory.path, { match })).toEqual([path]);
});

test('does not remove a file because a careless match takes a text for a mark', async () => {
  create('important.ts', 1e9);
  expect(await sweepTempFiles(directory.path, { match: (name) => name, maxAgeMs: 0 })).toEqual([]);
});

test('goes into the directories below only when told, and never through symbolic links', async () => {
  await using elsewhere = await temporaryDirectory();
  const outside = join(elsewhere.path, defaultTempName(gone, 1));
  writeFileSync(outside, 'elsewhere');
  symlinkSync(elsewhere.path, join(directory.path, 'link'));
  symlinkSync(outside, join(directory.path, defaultTempName(gone, 2)));
  mkdirSync(join(directory.path, 'a', 'b'), { recursive: true });
  const below = create(join('a', 'b', defaultTempName(gone, 3)));

  expect(await sweepTempFiles(directory.path)).toEqual([]);
  expect(await sweepTempFiles(directory.path, { recursive: true })).toEqual([below]);
  expect(existsSync(outside)).toBe(true);
});

test('goes only into the directories that the caller admits', async () => {
  mkdirSync(join(directory.path, 'a', 'b'), { recursive: true });
  const [above, below] = ['a', join('a', 'b')].map((place) => create(join(place, defaultTempName(gone, 1))));
  const recursive = (path: string): boolean => basename(path) !== 'b';
  expect(await sweepTempFiles(directory.path, { recursive })).toEqual([above]);
  expect(existsSync(below ?? '')).toBe(true);
});

test('keeps a directory that is called like a temp file', async () => {
  mkdirSync(join(directory.path, defaultTempName(gone, 1)));
  expect(await sweepTempFiles(directory.path, { recursive: true })).toEqual([]);
});

test('finds nothing where there is no directory', async () => {
  expect(await sweepTempFiles(join(directory.path, 'missing'))).toEqual([]);
});

test('removes nothing more once aborted', async () => {
  for (const number of [1, 2, 3]) create(defaultTempName(gone, number));
  const controller = new AbortController();
  const match = (name: string): string => {
    controller.abort(new Error('enough'));
    return basename(name).split('.')[2] ?? '';
  };
  await expect(sweepTempFiles(directory.path, { match, signal: controller.signal })).rejects.toThrow('enough');
  expect(readdirSync(directory.path)).toHaveLength(2);
});

// Windows may tell both of two that they have removed a file.
test.skipIf(process.platform === 'win32')('lets two sweeps of one directory share the work', async () => {
  for (let number = 0; number < 50; number += 1) create(defaultTempName(gone, number));
  const removed = (await Promise.all([sweepTempFiles(directory.path), sweepTempFiles(directory.path)])).flat();
  expect(removed).toHaveLength(50);
  expect(readdirSync(directory.path)).toEqual([]);
});
