import path from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { expect, test } from 'vitest';
import { formatOfName } from '../../src/export/export-format.ts';
import { outputPath } from '../../src/output/output-path.ts';

const RANGE = { tailHeight: 5, headHeight: 90 };
const NOW_MS = 1_700_000_000_999;

test('a file is called as Lotus calls it, with the extension of its format', () => {
  expect(outputPath(undefined, RANGE, 'car', NOW_MS)).toBe('snapshot_5_90_1700000000.car');
  expect(outputPath(undefined, RANGE, 'zstd', NOW_MS)).toBe('snapshot_5_90_1700000000.car.zst');
  expect(outputPath(undefined, RANGE, 'forest', NOW_MS)).toBe('snapshot_5_90_1700000000.forest.car.zst');
});

test('a folder gets a file of that name; other paths stay', async () => {
  await using folder = await temporaryDirectory();
  const inside = path.join(folder.path, 'snapshot_5_90_1700000000.car');
  expect(outputPath(folder.path, RANGE, 'car', NOW_MS)).toBe(inside);
  expect(outputPath('-', RANGE, 'car', NOW_MS)).toBe('-');
  expect(outputPath('some.name', RANGE, 'car', NOW_MS)).toBe('some.name');
});

test.for([
  ['a.car', 'car'],
  ['a.car.zst', 'zstd'],
  ['a.forest.car.zst', 'forest'],
  ['-', 'car'],
  ['', 'car'],
] as const)('%j is written as %s', ([name, format]) => {
  expect(formatOfName(name)).toBe(format);
});
