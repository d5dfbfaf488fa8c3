import { describe, expect, it } from 'vitest';
import { formatHour, HourInvalidError, hourRange, isHour, parseHour, selectionHours } from '../src/index.ts';

const HOUR = 3_600_000_000;

describe('parseHour', () => {
  it.each([
    ['1970-01-01T00', 0],
    ['2024-02-29T23', Date.UTC(2024, 1, 29, 23) * 1000],
    ['2000-02-29T00', Date.UTC(2000, 1, 29) * 1000],
    ['1969-12-31T23', -HOUR],
    ['0001-01-01T00', -62_135_596_800_000_000],
    ['0099-12-31T23', -59_011_462_800_000_000],
    ['9999-12-31T23', 253_402_297_200_000_000],
  ])('reads %s', (hour, micros) => {
    expect(parseHour(hour)).toBe(micros);
    expect(formatHour(micros)).toBe(hour);
  });

  it.each([
    '',
    'chat',
    '2024-02-30T00',
    '2023-02-29T00',
    '1900-02-29T00',
    '2024-13-01T00',
    '2024-00-01T00',
    '2024-01-00T00',
    '2024-04-31T00',
    '2024-01-01T24',
    '0000-01-01T00',
    '2024-01-01 00',
    '2024-01-01T00:00',
    '2024-01-01T0',
    '2024-1-1T00',
    '02024-01-01T00',
    '2024-01-01T00\n',
    ' 2024-01-01T00',
    '2024-01-01T00/..',
    '\u0662024-01-01T00',
  ])('refuses %j', (text) => {
    expect(isHour(text)).toBe(false);
    expect(() => parseHour(text)).toThrow(HourInvalidError);
  });

  it('carries what was refused', () => {
    expect(new HourInvalidError('x')).toMatchObject({ code: 'ERR_HOUR_INVALID', retryable: false, hour: 'x' });
  });
});

describe('formatHour', () => {
  it('gives the hour that holds the time, also before 1970', () => {
    expect(formatHour(HOUR - 1)).toBe('1970-01-01T00');
    expect(formatHour(-1)).toBe('1969-12-31T23');
  });

  it.each([NaN, Infinity, -62_135_596_800_000_100, 253_402_300_800_000_000])('refuses %d', (micros) => {
    expect(() => formatHour(micros)).toThrow(HourInvalidError);
  });
});

describe('hourRange', () => {
  it('lists the hours that hold any instant of a half-open range', () => {
    expect(hourRange(0, 1)).toEqual(['1970-01-01T00']);
    expect(hourRange(0, HOUR)).toEqual(['1970-01-01T00']);
    expect(hourRange(HOUR - 1, HOUR + 1)).toEqual(['1970-01-01T00', '1970-01-01T01']);
  });

  it('crosses the end of a day, of February and of a year', () => {
    const lastOfFebruary = parseHour('2024-02-29T23');
    expect(hourRange(lastOfFebruary, lastOfFebruary + 2 * HOUR)).toEqual(['2024-02-29T23', '2024-03-01T00']);
    const lastOfYear = parseHour('2023-12-31T23');
    expect(hourRange(lastOfYear, lastOfYear + 2 * HOUR)).toEqual(['2023-12-31T23', '2024-01-01T00']);
  });

  it('is empty where the range is', () => {
    expect(hourRange(5, 5)).toEqual([]);
    expect(hourRange(6, 5)).toEqual([]);
  });
});

describe('selectionHours', () => {
  it('begins an hour before the start and goes through the hour of the end', () => {
    const start = parseHour('2024-03-01T10');
    expect(selectionHours(start + 1, start + HOUR)).toEqual(['2024-03-01T09', '2024-03-01T10', '2024-03-01T11']);
    expect(selectionHours(start, start + HOUR - 1)).toEqual(['2024-03-01T09', '2024-03-01T10']);
  });

  it('lists nothing where the end lies more than an hour before the start', () => {
    const start = parseHour('2024-03-01T10');
    expect(selectionHours(start, start - 2 * HOUR)).toEqual([]);
  });
});
