import { expect, test } from 'vitest';
import { formatBytes, formatCount, formatDuration } from '../src/index.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [1536, '1.5 kB'],
  [999_949, '999.9 kB'],
  [999_950, '1.0 MB'],
  [2_500_000_000, '2.5 GB'],
  [1e20, '100000.0 PB'],
])('%d bytes are %s', (sizeBytes, expected) => {
  expect(formatBytes(sizeBytes)).toBe(expected);
});

test.each([
  [0, '0 ms'],
  [450.4, '450 ms'],
  [999.6, '1.0 s'],
  [12_340, '12.3 s'],
  [59_960, '1 min 00 s'],
  [245_000, '4 min 05 s'],
  [3_599_900, '1 h 00 min'],
  [11_220_000, '3 h 07 min'],
  [187_200_000, '2 d 04 h'],
  [-5, '0 ms'],
])('%d ms are %s', (durationMs, expected) => {
  expect(formatDuration(durationMs)).toBe(expected);
});

test('counts have separators', () => {
  expect(formatCount(1_234_567)).toBe('1,234,567');
  expect([0, 999, 1000, -1000, 12_345.6789, 0.0001].map(formatCount)).toEqual([
    '0',
    '999',
    '1,000',
    '-1,000',
    '12,345.679',
    '0',
  ]);
});
