import { describe, expect, it } from 'vitest';
import type { Coverage } from '../src/index.ts';
import { bestOfHour, coverageOf, joinHours } from '../src/index.ts';
import { HOUR, HOUR_MICROS, SECOND, segmentName } from './support/names.ts';

type Row = [start: number, end: number, type?: 'full' | 'suspect' | 'partial'];

const at = (seconds: number): number => HOUR_MICROS + Math.round(seconds * SECOND);
const range = (start: number, end: number) => ({ startMicros: at(start), endMicros: at(end) });

function coverage(rows: Row[], start: number, end: number): Coverage {
  const hour = bestOfHour(
    HOUR,
    rows.map((row) => segmentName(...row)),
  );
  return coverageOf(joinHours([hour], at(start), at(end)), at(start), at(end));
}

describe('coverageOf', () => {
  it('has no hole where segments meet', () => {
    expect(
      coverage(
        [
          [0, 2],
          [2, 4],
        ],
        0,
        4,
      ),
    ).toEqual({
      ...range(0, 4),
      coveredMicros: 4 * SECOND,
      toleratedMicros: 0,
      holes: [],
      partialMicros: 0,
      partials: [],
      segmentCount: 2,
      partialCount: 0,
    });
  });

  it('gives holes to the micro, at both edges and between', () => {
    const { holes, coveredMicros } = coverage(
      [
        [1.000001, 2],
        [3.5, 4.999999],
      ],
      0,
      10,
    );
    expect(holes).toEqual([range(0, 1.000001), range(2, 3.5), range(4.999999, 10)]);
    expect(coveredMicros).toBe(2_499_998);
  });

  it('counts only what lies inside the range', () => {
    expect(coverage([[0, 10]], 4, 6)).toMatchObject({ coveredMicros: 2 * SECOND, holes: [], segmentCount: 1 });
  });

  it('is one hole where there is nothing', () => {
    expect(coverage([], 0, 5)).toMatchObject({ coveredMicros: 0, holes: [range(0, 5)], segmentCount: 0 });
  });

  it('has neither time nor holes in an empty or reversed range', () => {
    for (const end of [3, 2]) {
      expect(coverage([[0, 10]], 3, end)).toMatchObject({ ...range(3, 3), coveredMicros: 0, holes: [] });
    }
  });

  it.each([
    [0.01, []],
    [0.010001, [range(2, 2.010001)]],
  ])('tolerates a gap of 10 ms and not of a micro more: %d s', (gap, holes) => {
    const result = coverage(
      [
        [0, 2],
        [2 + gap, 4],
      ],
      0,
      4,
    );
    expect(result.holes).toEqual(holes);
    expect(result.toleratedMicros).toBe(holes.length > 0 ? 0 : 10_000);
  });

  it('tolerates the same at the edges of the range', () => {
    expect(coverage([[0.01, 3.99]], 0, 4)).toMatchObject({ holes: [], toleratedMicros: 20_000 });
    expect(coverage([[0.010001, 3.989999]], 0, 4).holes).toEqual([range(0, 0.010001), range(3.989999, 4)]);
  });

  it('tells where only suspect or partial segments cover', () => {
    const result = coverage(
      [
        [0, 2],
        [2, 4, 'suspect'],
        [4, 6, 'partial'],
        [6, 8],
      ],
      0,
      8,
    );
    expect(result).toMatchObject({
      partialMicros: 4 * SECOND,
      partials: [range(2, 6)],
      segmentCount: 4,
      partialCount: 2,
    });
    expect(result.holes).toEqual([]);
  });

  it('does not count segments that the selection passes over', () => {
    const result = coverage(
      [
        [0, 4],
        [2, 6],
        [6, 8],
      ],
      0,
      8,
    );
    expect(result).toMatchObject({ coveredMicros: 6 * SECOND, holes: [range(4, 6)], segmentCount: 2 });
  });
});
