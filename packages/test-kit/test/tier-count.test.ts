import { expect, test } from 'vitest';
import { testTier, tierCount } from '../src/tier-count.ts';

test('counts by tier: push unless told otherwise, and nightly for a release that has no count of its own', () => {
  const counts = { push: 1, nightly: 2 };
  expect(tierCount(counts, {})).toBe(1);
  expect(tierCount(counts, { WAYBILL_TEST_TIER: '' })).toBe(1);
  expect(tierCount(counts, { WAYBILL_TEST_TIER: 'nightly' })).toBe(2);
  expect(tierCount(counts, { WAYBILL_TEST_TIER: 'release' })).toBe(2);
  expect(tierCount({ ...counts, release: 3 }, { WAYBILL_TEST_TIER: 'release' })).toBe(3);
});

test('refuses a tier that there is not', () => {
  expect(() => testTier({ WAYBILL_TEST_TIER: 'nightyl' })).toThrow('nightyl');
});
