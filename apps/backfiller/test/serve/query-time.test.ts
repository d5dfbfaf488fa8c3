import { tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMicros, parseQueryTime } from '../../src/serve/query-time.ts';
import { QueryInvalidError } from '../../src/serve/serve-errors.ts';

const NOON = Date.UTC(2024, 2, 1, 12) * 1000;

describe('parseQueryTime', () => {
  it.each([
    ['2024-03-01T12', NOON],
    ['2024-03-01T12:00', NOON],
    ['2024-03-01 12:00:00', NOON],
    ['2024-03-01T12:00:00Z', NOON],
    ['20240301T120000', NOON],
    ['2024-03-01T12:00:00.5', NOON + 500_000],
    ['2024-03-01T12:00:00,000001', NOON + 1],
    ['2024-03-01T12:00:00.1234567', NOON + 123_456],
    ['2024-03-01', NOON - 12 * 3_600_000_000],
    [' 2024-03-01t12:00:00z ', NOON],
  ])('takes %j', (text, micros) => {
    expect(parseQueryTime('start', text)).toBe(micros);
  });

  it('reads over a time zone, as wubloader does', () => {
    expect(parseQueryTime('start', '2024-03-01T12:00:00+05:30')).toBe(NOON);
  });

  it.each([
    '',
    'now',
    '2024',
    '2024-02-30',
    '2024-03-01T25:00',
    '2024-03-01T12:60',
    '0000-01-01',
    '2024-03-01T12:00:00 oder so',
    '1709294400',
    'x'.repeat(1e5),
  ])('refuses %j', (text) => {
    expect(() => parseQueryTime('start', text)).toThrow(QueryInvalidError);
  });

  it('takes back what formatMicros gives', () => {
    const micros = fc.integer({ min: -62_135_596_800_000_000 / 8, max: 8_000_000_000_000_000 });
    fc.assert(
      fc.property(micros, (value) => {
        expect(parseQueryTime('start', formatMicros(value))).toBe(value);
      }),
      { numRuns: tierCount({ push: 300, nightly: 5000 }) },
    );
  });
});
