import { describe, expect, it } from 'vitest';
import { bestOfHour, extentOf, HourInvalidError, isHour, joinHours, rawCoverageOf } from '../src/index.ts';
import { HOUR, HOUR_MICROS, SECOND, segmentName } from './support/names.ts';

const NEXT_HOUR = '2024-03-01T11';
const HOUR_SECONDS = 3600;
const at = (seconds: number): number => HOUR_MICROS + Math.round(seconds * SECOND);
const range = (start: number, end: number) => ({ startMicros: at(start), endMicros: at(end) });

type Row = Parameters<typeof segmentName>;

function hourOf(rows: Row[], hour = HOUR) {
  return bestOfHour(
    hour,
    rows.map((row) => segmentName(...row)),
  );
}

const raw = (rows: Row[], start: number, end: number) => rawCoverageOf([hourOf(rows)], at(start), at(end));
const none = { count: 0, micros: 0 };

/** One test for each fault of the original that spec section 3 lists. */
describe('rawCoverageOf, where segment_coverage of wubloader errs', () => {
  it('(1) is not changed by a temp file, however long it says it is', () => {
    const names = [segmentName(0, 2), segmentName(2, 4), segmentName(6, 8)];
    const clean = rawCoverageOf([bestOfHour(HOUR, names)], at(0), at(HOUR_SECONDS));
    const withTemps = [
      ...names,
      '00:00.000000-3607.0-temp-x.ts',
      '00:02.000000-3600.0-temp-y.ts',
      '00:05.000000-9.0-temp-z.ts',
    ];
    expect(rawCoverageOf([bestOfHour(HOUR, withTemps)], at(0), at(HOUR_SECONDS))).toEqual(clean);
    expect(clean.holes).toEqual([range(4, 6), range(8, HOUR_SECONDS)]);
  });

  it('(2) makes no phantom hole of a short segment inside a long one', () => {
    const result = raw(
      [
        [0, 10],
        [2, 3],
        [10, 12],
      ],
      0,
      12,
    );
    expect(result).toMatchObject({ coveredMicros: 12 * SECOND, holes: [] });
    expect(result.overlaps.full).toEqual({ count: 1, micros: 1 * SECOND });
  });

  it.each([
    [-0.001, 0],
    [0, 0],
    [0.001, 0],
    [0.01, 0],
    [0.010001, 1],
  ])('(3) tolerates 10 ms at the border of two hours as anywhere: a gap of %d s makes %i holes', (gap, count) => {
    const hours = [hourOf([[0, HOUR_SECONDS - gap]]), hourOf([[0, HOUR_SECONDS]], NEXT_HOUR)];
    const whole = rawCoverageOf(hours, at(0), at(2 * HOUR_SECONDS));
    expect(whole.holes).toHaveLength(count);
    expect(rawCoverageOf(hours, at(0), at(HOUR_SECONDS)).holes).toHaveLength(count);
  });

  it('(3) sees a segment of the hour before that reaches over the border', () => {
    const hours = [hourOf([[3596, 3602]]), hourOf([[2, 4]], NEXT_HOUR)];
    const result = rawCoverageOf(hours, at(3600), at(3604));
    expect(result).toMatchObject({ holes: [], coveredMicros: 4 * SECOND, segmentCount: 2 });
    // Only what begins in the range counts as stored there: no segment is counted in two hours.
    expect(result.stored.full).toEqual({ count: 1, micros: 2 * SECOND });
  });

  it('(4) has no hole behind the last hour because of a stray directory: hours are checked, the range is explicit', () => {
    for (const stray of ['zzz', '2024-03-01T99', 'tmp']) {
      expect(isHour(stray)).toBe(false);
      expect(() => hourOf([[0, 2]], stray)).toThrow(HourInvalidError);
    }
    const hours = [hourOf([[0, 20]])];
    expect(extentOf(hours)).toEqual(range(0, 20));
    expect(rawCoverageOf(hours, at(0), at(20)).holes).toEqual([]);
  });

  it('(5) counts a suspect that a full hides as an overlap, of its own type', () => {
    const result = raw(
      [
        [0, 2],
        [0, 2, 'suspect'],
        [0, 1, 'partial'],
      ],
      0,
      2,
    );
    expect(result.overlaps).toEqual({
      full: none,
      suspect: { count: 1, micros: 2 * SECOND },
      partial: { count: 1, micros: 1 * SECOND },
    });
    expect(result).toMatchObject({ partialMicros: 0, segmentCount: 1 });
  });

  it('(5) takes of several fulls the one that the selection takes', () => {
    const names = [segmentName(0, 2, 'full', 'one'), segmentName(0, 2, 'full', 'other')];
    for (const larger of names) {
      const hour = bestOfHour(HOUR, names, { sizeOf: (name) => (name === larger ? 2 : 1) });
      expect(hour.segments.map(({ name }) => name)).toEqual([larger]);
      expect(joinHours([hour], at(0), at(2)).map((item) => item?.name)).toEqual([larger]);
    }
  });

  it('(5) gives an overlap to the type of the segment that overlaps, not of another of its start', () => {
    const result = raw(
      [
        [0, 4],
        [3, 6, 'suspect'],
        [3, 5, 'partial'],
      ],
      0,
      6,
    );
    expect(result.overlaps).toEqual({
      full: none,
      suspect: { count: 1, micros: 1 * SECOND },
      partial: { count: 1, micros: 2 * SECOND },
    });
  });
});

describe('rawCoverageOf', () => {
  it('counts overlapping segments for what they cover, where the selection passes them over', () => {
    const result = raw(
      [
        [0, 4],
        [2, 6],
        [6, 8],
      ],
      0,
      8,
    );
    expect(result).toMatchObject({ coveredMicros: 8 * SECOND, holes: [] });
    expect(result.overlaps.full).toEqual({ count: 1, micros: 2 * SECOND });
  });

  it.each([
    [0.01, none],
    [0.010001, { count: 1, micros: 10_001 }],
  ])('takes an overlap of up to 10 ms for none: %d s', (overlap, tally) => {
    expect(
      raw(
        [
          [0, 2],
          [2 - overlap, 4],
        ],
        0,
        4,
      ).overlaps.full,
    ).toEqual(tally);
  });

  it('counts all stored segments by type, duplicates too, with their nominal durations', () => {
    const result = raw(
      [
        [0, 2],
        [0, 2, 'partial'],
        [2, 4, 'suspect'],
        [4, 6],
      ],
      0,
      6,
    );
    expect(result.stored).toEqual({
      full: { count: 2, micros: 4 * SECOND },
      suspect: { count: 1, micros: 2 * SECOND },
      partial: { count: 1, micros: 2 * SECOND },
    });
  });

  it('counts a segment as stored where it begins: at the start of a range, and not at its end', () => {
    expect(
      raw(
        [
          [0, 2],
          [2, 4],
          [4, 6],
        ],
        2,
        4,
      ).stored.full,
    ).toEqual({ count: 1, micros: 2 * SECOND });
  });

  it('does not let a duplicate that lost cover anything', () => {
    const result = raw(
      [
        [0, 2],
        [0, 5, 'partial'],
        [4, 6],
      ],
      0,
      6,
    );
    expect(result.holes).toEqual([range(2, 4)]);
    expect(result.overlaps.full).toEqual(none);
  });
});

describe('extentOf', () => {
  it('goes from the first start to the last end, which need not be that of the last segment', () => {
    expect(
      extentOf([
        hourOf([
          [5, 30],
          [10, 12],
        ]),
        hourOf([], NEXT_HOUR),
      ]),
    ).toEqual(range(5, 30));
  });

  it('is undefined where nothing is stored', () => {
    expect(extentOf([hourOf([])])).toBeUndefined();
    expect(extentOf([])).toBeUndefined();
  });
});
