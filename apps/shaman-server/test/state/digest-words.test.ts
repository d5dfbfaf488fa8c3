import { parseHex } from '@waybill/digest';
import { expect, it } from 'vitest';
import { hashWords, wordAt } from '../../src/state/digest-words.ts';

it('reads words of a digest', () => {
  const digest = parseHex('0123456789abcdef'.padEnd(64, '0'));
  expect([wordAt(digest, 0), wordAt(digest, 4)]).toEqual([0x01234567, 0x89abcdef]);
});

/** Nobody computes these digests: a client writes them into a definition, and may choose them as it likes. */
it.each([
  ['differ in the highest bits', (index: number) => [index << 20, 0]],
  ['differ in the lowest bits of the second word', (index: number) => [7, index]],
  ['cancel out in a product with a known factor', (index: number) => [Math.imul(index, 0x9e3779b1), index]],
] as const)('spreads digests that %s over a table', (_, words) => {
  const places = Array.from({ length: 4096 }, (_, index) => {
    const [high = 0, low = 0] = words(index);
    return hashWords(high >>> 0, low >>> 0) % 4096;
  });
  const counts = Map.groupBy(places, (place) => place);
  // At random 63 % of the places are taken, and the fullest has some 8.
  expect(counts.size).toBeGreaterThan(2000);
  expect(Math.max(...[...counts.values()].map(({ length }) => length))).toBeLessThan(32);
});
