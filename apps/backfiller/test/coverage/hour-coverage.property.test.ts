import { bestOfHour, coverageOf, formatHour, joinHours, rawCoverageOf } from '@waybill/segments';
import { tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clipRanges, joinRanges, lengthOf } from '../../src/coverage/flat-ranges.ts';
import { hourCoverageOf } from '../../src/coverage/hour-coverage.ts';
import { scanPlainHour } from '../../src/coverage/scan-plain-hour.ts';
import { HOUR, HOUR_MICROS, SECOND, segmentName } from './support.ts';

const END_MICROS = HOUR_MICROS + 3600 * SECOND;
const PREVIOUS = formatHour(HOUR_MICROS - 1);

/** Rows that are mostly plain, with a step and a length each, and now and then something that is not. */
const plainRows = fc
  .array(fc.tuple(fc.constantFrom(2, 2, 2, 2.005, 1.995, 2.5, 7), fc.constantFrom(2, 2, 2, 1.99, 2.012)), {
    maxLength: 30,
  })
  .map((steps) => {
    let at = 0;
    return steps.map(([step, seconds]) => segmentName((at += step), seconds));
  });
const odd = fc.constantFrom(
  segmentName(8, 2, 'suspect'),
  segmentName(9, 30, 'partial'),
  segmentName(10, 2, 'full', 'twice'),
  segmentName(12).replace('.ts', '.tombstone'),
  segmentName(14, 2).replace('-2.0-', '-2-'),
  segmentName(16, 2).replace('-2.0-', '-2e0-'),
  segmentName(18, 2).replace(/.{43}\.ts$/, `${'!'.repeat(43)}.ts`),
  segmentName(20, 2).replace('00:20.000000', '00:20'),
  segmentName(22, 2).replace('00:22.', '0022x'),
  segmentName(3599, 5),
  segmentName(24, 0),
  '00:04.000000-9.0-temp-0e0a7e4e-9d5c-4f7b-9bb5-3f6c5a1d2b4e.ts',
  '.hidden.ts',
  'notes.txt',
  'garbage.ts',
);
const listings = fc
  .tuple(plainRows, fc.oneof(fc.constant([]), fc.array(odd, { maxLength: 3 })))
  .map(([plain, others]) => [...new Set([...plain, ...others])].sort());
const tails = fc.constantFrom(
  [],
  [segmentName(3599, 1.5)],
  [segmentName(3599, 5)],
  [segmentName(3599, 3.005, 'partial')],
);

describe('the coverage of an hour', () => {
  it('is what the rules of the selection say, also where the names are only scanned', () => {
    let plainHours = 0;
    fc.assert(
      fc.property(listings, tails, (names, tail) => {
        const coverage = hourCoverageOf(HOUR, names, tail, () => 0);
        const [before, hour] = [bestOfHour(PREVIOUS, tail), bestOfHour(HOUR, names)];
        if (names.length > 3 && scanPlainHour(names, HOUR_MICROS, -Infinity) !== undefined) plainHours += 1;
        const raw = rawCoverageOf([hour], HOUR_MICROS, END_MICROS + 3600 * SECOND);
        const starts = hour.segments.filter((one) => one.durationMicros > 0).map(({ startMicros }) => startMicros);
        const [first = 0, last = 0] = [coverage.covered[0], coverage.covered.at(-1)];
        expect(starts.length === 0 || first === Math.min(...starts)).toBe(true);
        const exact = rawCoverageOf([hour], first, last);
        expect(lengthOf(coverage.covered)).toBe(exact.coveredMicros + exact.toleratedMicros);
        const { stored, overlaps } = rawCoverageOf([before, hour], HOUR_MICROS, END_MICROS);
        const pairOf = ({ count, micros }: { count: number; micros: number }) => [count, micros];
        for (const type of ['full', 'suspect', 'partial'] as const) {
          expect(coverage.stored[type]).toEqual(pairOf(stored[type]));
          expect(coverage.overlaps[type]).toEqual(pairOf(overlaps[type]));
        }
        expect(raw.segmentCount).toBe(hour.segments.filter(({ durationMicros }) => durationMicros > 0).length);
        expect(coverage.bad).toBe(hour.unparsableNames.length);
        expect(coverage.tail).toEqual(
          hour.segments.filter((one) => one.endMicros > END_MICROS).map(({ name }) => name),
        );
      }),
      { numRuns: tierCount({ push: 400, nightly: 10_000 }) },
    );
    expect(plainHours).toBeGreaterThan(50);
  });

  it('has of its best sequence what coverageOf has', () => {
    fc.assert(
      fc.property(listings, tails, (names, tail) => {
        const [before, hour] = [bestOfHour(PREVIOUS, tail), bestOfHour(HOUR, names)];
        const coverage = hourCoverageOf(HOUR, names, tail, () => 0);
        const reach = before.segments.flatMap(({ startMicros, endMicros }) => [startMicros, endMicros]);
        const usable = clipRanges(
          joinRanges([coverage.usable ?? [...coverage.covered], reach]),
          HOUR_MICROS,
          END_MICROS,
        );
        const last = usable.at(-1) ?? HOUR_MICROS;
        const first = usable[0] ?? HOUR_MICROS;
        const wanted = coverageOf(joinHours([before, hour], HOUR_MICROS, END_MICROS), first, last);
        expect(lengthOf(usable)).toBe(wanted.coveredMicros + wanted.toleratedMicros);
      }),
      { numRuns: tierCount({ push: 400, nightly: 10_000 }) },
    );
  });
});
