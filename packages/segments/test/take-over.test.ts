import { describe, expect, it } from 'vitest';
import type { SelectedSegment } from '../src/index.ts';
import { bestOfHour, coverageOf, HoleFoundError, joinHours } from '../src/index.ts';
import { digestOf, HOUR, HOUR_MICROS, SECOND, segmentName } from './support/names.ts';

/** A row of the pictures below: `[start, end, type]` in seconds. */
type Row = [start: number, end: number, type?: 'full' | 'suspect' | 'partial'];

function select(rows: Row[], start: number, end: number, rules: 'wubloader' | 'waybill' = 'waybill') {
  const hour = bestOfHour(
    HOUR,
    rows.map((row) => segmentName(...row)),
  );
  return joinHours([hour], HOUR_MICROS + start * SECOND, HOUR_MICROS + end * SECOND, { rules });
}

const seconds = (micros: number): number => (micros - HOUR_MICROS) / SECOND;

function picture(item: SelectedSegment | null): string {
  if (item === null) return '|';
  const cut = item.cutMicros === null ? '' : ` cut at ${seconds(item.cutMicros)}`;
  return `${seconds(item.startMicros)}-${seconds(item.endMicros)} ${item.type}${cut}`;
}

const pictures = (...args: Parameters<typeof select>): string[] => select(...args).map(picture);

const GOOD: Row = [0, 6];
const BAD: Row = [6, 12, 'partial'];
const BETTER: Row = [8, 14];

describe('the take-over', () => {
  it('cuts a partial where a full begins inside it and ends later', () => {
    expect(pictures([GOOD, BAD, BETTER, [14, 20]], 0, 20)).toEqual([
      '0-6 full',
      '6-12 partial cut at 8',
      '|',
      '8-14 full',
      '14-20 full',
    ]);
  });

  it('is not part of the rules of wubloader, which drop that full', () => {
    expect(pictures([GOOD, BAD, BETTER, [14, 20]], 0, 20, 'wubloader')).toEqual([
      '0-6 full',
      '6-12 partial',
      '|',
      '14-20 full',
    ]);
  });

  it.each<[string, Row, Row]>([
    ['a full over a suspect', [6, 12, 'suspect'], [8, 14]],
    ['a suspect over a partial', [6, 12, 'partial'], [8, 14, 'suspect']],
    ['a full that ends with the partial', [6, 12, 'partial'], [8, 12]],
  ])('lets win: %s', (_, bad, better) => {
    expect(pictures([GOOD, bad, better], 0, 11)[1]).toMatch(/cut at 8$/);
  });

  it.each<[string, Row, Row]>([
    ['a partial over a partial', [6, 12, 'partial'], [8, 14, 'partial']],
    ['a suspect over a suspect', [6, 12, 'suspect'], [8, 14, 'suspect']],
    ['a partial over a suspect', [6, 12, 'suspect'], [8, 14, 'partial']],
    ['a full over a full', [6, 12], [8, 14]],
    ['a full that ends before the partial', [6, 12, 'partial'], [8, 11.999999]],
    ['a full that begins in the last 10 ms of the partial, and so follows it', [6, 12, 'partial'], [11.99, 14]],
  ])('does not let win: %s', (_, bad, better) => {
    expect(pictures([GOOD, bad, better], 0, 11)).toEqual(pictures([GOOD, bad, better], 0, 11, 'wubloader'));
  });

  it('leaves a bad segment out where at most 10 ms of it would be of use', () => {
    expect(pictures([GOOD, [6, 12, 'suspect'], [6.01, 12.01]], 0, 12)).toEqual(['0-6 full', '6.01-12.01 full']);
    expect(pictures([GOOD, [6, 12, 'suspect'], [6.010001, 12.01]], 0, 12)).toEqual([
      '0-6 full',
      '6-12 suspect cut at 6.010001',
      '|',
      '6.010001-12.01 full',
    ]);
  });

  it('leaves a bad first segment out where the better one covers the start of the range too', () => {
    expect(pictures([BAD, BETTER], 9, 13)).toEqual(['8-14 full']);
    expect(pictures([BAD, BETTER], 7, 13)).toEqual(['6-12 partial cut at 8', '|', '8-14 full']);
  });

  it('happens at the end of the range as well, where wubloader has stopped', () => {
    expect(pictures([BAD, BETTER], 6, 11)).toEqual(['6-12 partial cut at 8', '|', '8-14 full']);
    expect(pictures([BAD, BETTER], 6, 8)).toEqual(['6-12 partial', '|']);
  });

  it('never pushes out the segment that follows the bad one', () => {
    const rows: Row[] = [GOOD, BAD, BETTER, [12, 18]];
    expect(pictures(rows, 0, 18)).toEqual(['0-6 full', '6-12 partial', '|', '12-18 full']);
    expect(pictures([GOOD, BAD, [8, 12.01], [12, 18]], 0, 18)).toContain('8-12.01 full');
    expect(pictures([GOOD, BAD, [8, 12.010001], [12, 18]], 0, 18)).not.toContain('8-12.010001 full');
  });

  it('does not end the range in the place of the segment that would end it', () => {
    const rows: Row[] = [
      [0, 9.994, 'suspect'],
      [9.99, 12],
    ];
    expect(pictures([...rows, [5, 9.999999, 'full']], 0, 10)).toEqual([
      '0-9.994 suspect cut at 5',
      '|',
      '5-9.999999 full',
      '9.99-12 full',
    ]);
    expect(pictures([...rows, [5, 10, 'full']], 0, 10)).toEqual(['0-9.994 suspect', '|', '9.99-12 full']);
  });

  it('heeds no follower that wubloader would not come to, for the bad segment ends the range', () => {
    const rows: Row[] = [
      [0, 10, 'partial'],
      [5, 12],
      [9.995, 14],
    ];
    expect(pictures(rows, 0, 10)).toEqual(['0-10 partial cut at 5', '|', '5-12 full']);
    expect(pictures(rows, 0, 10.000001)).toEqual(['0-10 partial', '|', '9.995-14 full']);
  });

  it('may happen twice: to a partial by a suspect, and to that by a full', () => {
    expect(
      pictures(
        [
          [0, 10, 'partial'],
          [2, 12, 'suspect'],
          [4, 14],
        ],
        0,
        14,
      ),
    ).toEqual(['0-10 partial cut at 2', '|', '2-12 suspect cut at 4', '|', '4-14 full']);
  });

  it('lets a range be whole that wubloader has a hole in', () => {
    const rows: Row[] = [GOOD, [6, 12, 'suspect'], [6.001, 12.001], [12, 18]];
    const hour = bestOfHour(
      HOUR,
      rows.map((row) => segmentName(...row)),
    );
    const ask = (rules: 'wubloader' | 'waybill') =>
      joinHours([hour], HOUR_MICROS, HOUR_MICROS + 18 * SECOND, { rules, allowHoles: false });
    expect(ask('waybill')).toHaveLength(3);
    expect(() => ask('wubloader')).toThrow(HoleFoundError);
  });

  it('counts a cut segment up to its cut only', () => {
    const sequence = select([GOOD, BAD, BETTER], 0, 14);
    const coverage = coverageOf(sequence, HOUR_MICROS, HOUR_MICROS + 14 * SECOND);
    expect(coverage).toMatchObject({ coveredMicros: 14 * SECOND, partialMicros: 2 * SECOND, holes: [] });
  });

  it('keeps the digest of a segment that it cuts', () => {
    const [cut] = select([BAD, BETTER], 6, 14);
    expect(cut?.digest).toEqual(digestOf('6'));
  });
});
