import { describe, expect, it } from 'vitest';
import { bestOfHour, formatHour, HoleFoundError, joinHours, selectBestSequence } from '../src/index.ts';
import { HOUR_MICROS, SECOND, segmentName } from './support/names.ts';

const HOUR_LENGTH = 3600 * SECOND;

/** A full day in segments of 2 s, hour by hour. */
const DAY = Array.from({ length: 24 }, (_, index) => {
  const names = Array.from({ length: 1800 }, (_, i) => segmentName(2 * i, 2 * i + 2, 'full', `${index % 2}`));
  return bestOfHour(formatHour(HOUR_MICROS + index * HOUR_LENGTH), names);
});

describe('joinHours', () => {
  it('joins a day without holes from cached hours', () => {
    const sequence = joinHours(DAY, HOUR_MICROS, HOUR_MICROS + 24 * HOUR_LENGTH, { allowHoles: false });
    expect(sequence).toHaveLength(43_200);
    expect(sequence.every((item, index) => item?.startMicros === HOUR_MICROS + index * 2 * SECOND)).toBe(true);
  });

  it.each([0, 1, 1_999_999, 2_000_000, 3_599_999_999])(
    'ends with the segment that holds the end, %i micros into the last hour',
    (rest) => {
      const endMicros = HOUR_MICROS + HOUR_LENGTH + rest;
      const last = joinHours(DAY, HOUR_MICROS, endMicros).at(-1);
      expect(last?.endMicros).toBe(Math.ceil(endMicros / (2 * SECOND)) * 2 * SECOND);
    },
  );

  it('goes on behind a long run as behind a short one, with a hole and a take-over', () => {
    const run = Array.from({ length: 400 }, (_, i) => segmentName(2 * i, 2 * i + 2));
    const [bad, better] = [segmentName(802, 804, 'suspect'), segmentName(802.005, 804.005)];
    const hour = bestOfHour('2024-03-01T10', [...run, bad, better]);
    const names = (start: number) =>
      joinHours([hour], HOUR_MICROS + start * SECOND, HOUR_MICROS + 804 * SECOND).map((item) => item?.name);
    expect(names(0)).toEqual([...run, undefined, better]);
    expect(names(780)).toEqual([...run.slice(390), undefined, better]);
  });

  it('joins hundreds of long runs with holes between them', () => {
    const hours = Array.from({ length: 520 }, (_, index) => {
      const names = Array.from({ length: 260 }, (__, i) => segmentName(i, i + 1, 'full', ''));
      return bestOfHour(formatHour(HOUR_MICROS + index * HOUR_LENGTH), names);
    });
    const sequence = joinHours(hours, HOUR_MICROS, HOUR_MICROS + 520 * HOUR_LENGTH);
    expect(sequence.flatMap((item, index) => (item === null ? [index] : []))).toEqual(
      hours.map((_, index) => 260 + 261 * index),
    );
    const segments = hours.flatMap((hour) => hour.segments);
    const found = sequence.filter((item) => item !== null);
    expect(found).toHaveLength(segments.length);
    expect(found.every((item, index) => item === segments[index])).toBe(true);
  });

  it.each([
    ['shorter than the overlap with the one before', segmentName(1.995, 1.999)],
    ['of no length', segmentName(2, 2)],
  ])('stops with the first segment that reaches the end, before one that is %s', (_, next) => {
    const hour = bestOfHour('2024-03-01T10', [segmentName(0, 2), next, segmentName(2.001, 4)]);
    const names = (end: number) => joinHours([hour], HOUR_MICROS, HOUR_MICROS + end).map((item) => item?.name);
    expect(names(2 * SECOND)).toEqual([segmentName(0, 2)]);
    expect(names(2 * SECOND + 1)).toEqual([segmentName(0, 2), next, segmentName(2.001, 4)]);
  });

  it('goes by the order of names, by the rules of wubloader, where odd names put later times first', () => {
    const odd = segmentName(0, 2).replace('00:00', '00;00');
    const hour = bestOfHour('2024-03-01T10', [odd, segmentName(2, 4), segmentName(4, 6)]);
    const names = (rules: 'wubloader' | 'waybill') =>
      joinHours([hour], HOUR_MICROS, HOUR_MICROS + 6 * SECOND, { rules }).map((item) => item?.name);
    expect(names('wubloader')).toEqual([undefined, segmentName(2, 4), segmentName(4, 6)]);
    expect(names('waybill')).toEqual([odd, segmentName(2, 4), segmentName(4, 6)]);
    const whole = joinHours([hour], HOUR_MICROS + 2 * SECOND, HOUR_MICROS + 9 * SECOND, { rules: 'wubloader' });
    expect(whole.map((item) => item?.name)).toEqual([segmentName(2, 4), segmentName(4, 6), undefined]);
  });

  it('says where the hole is that it may not have', () => {
    const hours = [DAY[0], DAY[2]].filter((hour) => hour !== undefined);
    const [start, end] = [HOUR_MICROS, HOUR_MICROS + 3 * HOUR_LENGTH];
    const error = captured(() => joinHours(hours, start, end, { allowHoles: false }));
    expect(error).toBeInstanceOf(HoleFoundError);
    expect(error).toMatchObject({
      code: 'ERR_HOLE_FOUND',
      retryable: false,
      holeMicros: HOUR_MICROS + HOUR_LENGTH,
      startMicros: start,
      endMicros: end,
    });
  });

  it('has only a hole where there are no hours', () => {
    expect(joinHours([], 0, 1)).toEqual([null]);
    expect(captured(() => joinHours([], 5, 9, { allowHoles: false }))).toMatchObject({ holeMicros: 5 });
  });

  it('leaves the cached hours as they were', () => {
    const hour = bestOfHour('2024-03-01T10', [segmentName(0, 6, 'partial'), segmentName(4, 8)]);
    const [before] = hour.segments;
    joinHours([hour], HOUR_MICROS, HOUR_MICROS + 8 * SECOND);
    expect(hour.segments[0]).toBe(before);
    expect(before?.cutMicros).toBeNull();
  });
});

describe('selectBestSequence', () => {
  it('asks for the hour before the start through the hour of the end, each once', () => {
    const asked: string[] = [];
    const source = (hour: string): undefined => void asked.push(hour);
    expect(selectBestSequence(source, HOUR_MICROS + 1, HOUR_MICROS + HOUR_LENGTH)).toEqual([null]);
    expect(asked).toEqual(['2024-03-01T09', '2024-03-01T10', '2024-03-01T11']);
  });

  it('gives what joinHours gives', () => {
    const byHour = new Map(DAY.map((hour) => [hour.hour, hour]));
    const [start, end] = [HOUR_MICROS + 5 * SECOND, HOUR_MICROS + 2 * HOUR_LENGTH];
    expect(selectBestSequence((hour) => byHour.get(hour), start, end)).toEqual(joinHours(DAY.slice(0, 3), start, end));
  });
});

function captured(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
