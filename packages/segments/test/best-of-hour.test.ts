import { describe, expect, it } from 'vitest';
import { bestOfHour, HourInvalidError, namesNeedingSize, tombstoneName } from '../src/index.ts';
import { digestOf, HOUR, HOUR_MICROS, SECOND, segmentName } from './support/names.ts';

const [A, B, C] = [segmentName(0, 2), segmentName(2, 4), segmentName(4, 6)];

describe('bestOfHour', () => {
  it('gives absolute times and keeps hour, name, type and digest', () => {
    const [first, second] = bestOfHour(HOUR, [B, A]).segments;
    expect(first?.name).toBe(A);
    expect(second).toMatchObject({
      hour: HOUR,
      name: B,
      startMicros: HOUR_MICROS + 2 * SECOND,
      durationMicros: 2 * SECOND,
      endMicros: HOUR_MICROS + 4 * SECOND,
      type: 'full',
      cutMicros: null,
    });
    expect(second?.digest).toEqual(digestOf('2'));
  });

  it('sorts what it does not choose: duplicates, temp files, and names that no grammar takes', () => {
    const worse = segmentName(0, 3, 'suspect');
    const temp = '00:00.000000-2.0-temp-x.ts';
    const hour = bestOfHour(HOUR, [worse, A, temp, 'junk.ts', 'README', '10:00-x.json', '.hidden.ts']);
    expect(hour.segments.map(({ name }) => name)).toEqual([A]);
    expect(hour.duplicates.map(({ name }) => name)).toEqual([worse]);
    expect(hour.tempNames).toEqual([temp]);
    expect(hour.unparsableNames).toEqual(['junk.ts']);
  });

  it('hides what has a tombstone in the listing', () => {
    expect(bestOfHour(HOUR, [A, B, tombstoneName(A)]).segments.map(({ name }) => name)).toEqual([B]);
  });

  it('takes names that only the lenient parser reads, as wubloader does', () => {
    const lenient = '00:02-1e1-full-AAAA.ts';
    const [segment] = bestOfHour(HOUR, [lenient]).segments;
    expect(segment).toMatchObject({
      name: lenient,
      startMicros: HOUR_MICROS + 2 * SECOND,
      durationMicros: 10 * SECOND,
    });
    expect(segment?.digest).toBeNull();
  });

  it('does not take a name with a slash for a path', () => {
    expect(bestOfHour(HOUR, [`2024-03-01T11/${A}`]).unparsableNames).toEqual([`2024-03-01T11/${A}`]);
  });

  it('knows the order of wubloader where odd names sort differently from their times', () => {
    const odd = A.replace('00:00', '00;00');
    const hour = bestOfHour(HOUR, [odd, C, B]);
    expect(hour.segments.map(({ startMicros }) => (startMicros - HOUR_MICROS) / SECOND)).toEqual([0, 2, 4]);
    expect(hour.segmentsByName.map(({ name }) => name)).toEqual([B, C, odd]);
    const plain = bestOfHour(HOUR, [A, B, C]);
    expect(plain.segmentsByName).toBe(plain.segments);
  });

  it('knows that for wubloader a temp file parts two names of one start, where odd names put it between them', () => {
    const odd = segmentName(0, 2, 'suspect').replace('00:00', '00.00');
    const hour = bestOfHour(HOUR, [A, '00.01.000000-2.0-temp-x.ts', odd]);
    expect(hour.segments.map(({ name }) => name)).toEqual([A]);
    expect(hour.segmentsByName.map(({ name }) => name)).toEqual([odd, A]);
    expect(bestOfHour(HOUR, [A, odd]).segmentsByName.map(({ name }) => name)).toEqual([A]);
  });

  it('asks for sizes only where they decide', () => {
    const [one, other] = [segmentName(0, 2, 'full', 'one'), segmentName(0, 2, 'full', 'other')];
    expect(namesNeedingSize(HOUR, [one, B, segmentName(2, 4, 'partial')])).toEqual([]);
    expect(namesNeedingSize(HOUR, [one, B, other]).sort()).toEqual([one, other].sort());
    const sizes = new Map([
      [one, 1],
      [other, 2],
    ]);
    const best = (sizeOf: (name: string) => number) => bestOfHour(HOUR, [one, other], { sizeOf }).segments[0]?.name;
    expect(best((name) => sizes.get(name) ?? NaN)).toBe(other);
    expect(best((name) => -(sizes.get(name) ?? NaN))).toBe(one);
  });

  it.each(['chat', '2024-03-01', '2024-03-01T24', 'zzz'])('refuses the stray directory %s', (stray) => {
    expect(() => bestOfHour(stray, [A])).toThrow(HourInvalidError);
  });

  it('does not change the listing that it is given', () => {
    const names = [B, A];
    bestOfHour(HOUR, names);
    expect(names).toEqual([B, A]);
  });
});
