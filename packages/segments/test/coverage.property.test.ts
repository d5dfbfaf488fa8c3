import { tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Coverage, MicrosRange } from '../src/index.ts';
import { coverageOf, joinHours, rawCoverageOf } from '../src/index.ts';
import { differenceOfRanges, unionOfRanges } from '../src/micros-range.ts';
import { hoursOf, smallArchives, UNIT_MICROS } from './support/archive.ts';
import { bestByStart } from './support/reference-selection.ts';

const runs = { numRuns: tierCount({ push: 1000, nightly: 20_000 }) };

const length = ({ startMicros, endMicros }: MicrosRange): number => endMicros - startMicros;
const total = (ranges: readonly MicrosRange[]): number => ranges.reduce((sum, range) => sum + length(range), 0);

function expectInvariants(coverage: Coverage): void {
  const { coveredMicros, toleratedMicros, holes, partials, partialMicros } = coverage;
  expect(coveredMicros + toleratedMicros + total(holes)).toBe(length(coverage));
  expect(partialMicros).toBe(total(partials));
  expect(partialMicros).toBeLessThanOrEqual(coveredMicros);
  expectOrdered(holes, coverage);
  expectOrdered(partials, coverage);
  expect(unionOfRanges([...holes, ...partials].filter((range) => length(range) > 0))).toSatisfy(
    (union: MicrosRange[]) => total(union) === total(holes) + total(partials),
  );
  for (const hole of holes) expect(length(hole)).toBeGreaterThan(10_000);
}

function expectOrdered(ranges: readonly MicrosRange[], bounds: MicrosRange): void {
  let reach = bounds.startMicros;
  for (const { startMicros, endMicros } of ranges) {
    expect(startMicros).toBeGreaterThanOrEqual(reach);
    expect(endMicros).toBeGreaterThan(startMicros);
    reach = endMicros;
  }
  expect(reach).toBeLessThanOrEqual(bounds.endMicros);
}

describe('coverage', () => {
  it('adds up, and keeps holes and partials apart, in order and inside the range', () => {
    fc.assert(
      fc.property(smallArchives, ({ files, startMicros, endMicros }) => {
        const hours = hoursOf(files);
        expectInvariants(rawCoverageOf(hours, startMicros, endMicros));
        expectInvariants(coverageOf(joinHours(hours, startMicros, endMicros), startMicros, endMicros));
      }),
      runs,
    );
  });

  it('is, raw, what counting instant by instant gives', () => {
    const wholeUnits = smallArchives.filter(({ files }) =>
      files.every(({ startMicros }) => startMicros % UNIT_MICROS === 0),
    );
    fc.assert(
      fc.property(wholeUnits, ({ files, startMicros, endMicros }) => {
        const best = bestByStart(files);
        const { coveredMicros, partialMicros } = rawCoverageOf(hoursOf(files), startMicros, endMicros);
        let [covered, partial] = [0, 0];
        for (let micros = startMicros; micros < endMicros; micros += UNIT_MICROS) {
          const here = best.filter((file) => file.startMicros <= micros && micros < file.endMicros);
          if (here.length > 0) covered += UNIT_MICROS;
          if (here.length > 0 && here.every(({ type }) => type !== 'full')) partial += UNIT_MICROS;
        }
        expect({ coveredMicros, partialMicros }).toEqual({ coveredMicros: covered, partialMicros: partial });
      }),
      runs,
    );
  });

  it('is the sum of its parts where a range is divided, up to gaps that are tolerated in parts', () => {
    fc.assert(
      fc.property(
        smallArchives,
        fc.double({ min: 0, max: 1, noNaN: true }),
        ({ files, startMicros, endMicros }, share) => {
          fc.pre(endMicros > startMicros);
          const middle = startMicros + Math.floor((endMicros - startMicros) * share);
          const covered = (start: number, end: number): number =>
            rawCoverageOf(hoursOf(files), start, end).coveredMicros;
          expect(covered(startMicros, middle) + covered(middle, endMicros)).toBe(covered(startMicros, endMicros));
        },
      ),
      runs,
    );
  });
});

describe('ranges', () => {
  const ranges = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 9 })), { maxLength: 8 })
    .map((list) => list.map(([startMicros, size]): MicrosRange => ({ startMicros, endMicros: startMicros + size })));
  const points = (list: readonly MicrosRange[]): number[] =>
    Array.from({ length: 50 }, (_, point) => point).filter((point) =>
      list.some(({ startMicros, endMicros }) => startMicros <= point && point < endMicros),
    );

  it('have the union and the difference of their points', () => {
    fc.assert(
      fc.property(ranges, ranges, (a, b) => {
        const [unionA, unionB] = [unionOfRanges(a), unionOfRanges(b)];
        const difference = differenceOfRanges(unionA, unionB);
        expect(points(unionA)).toEqual(points(a));
        expect(points(difference)).toEqual(points(a).filter((point) => !points(b).includes(point)));
        for (const list of [unionA, difference]) expectOrdered(list, { startMicros: 0, endMicros: 50 });
        expect(
          unionA.every(({ startMicros }, index) => index === 0 || startMicros > (unionA[index - 1]?.endMicros ?? 0)),
        ).toBe(true);
      }),
      runs,
    );
  });
});
