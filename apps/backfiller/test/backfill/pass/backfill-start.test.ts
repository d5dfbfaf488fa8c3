import { describe, expect, it } from 'vitest';
import {
  BackfillStartInvalidError,
  firstHourMicros,
  parseBackfillStart,
} from '../../../src/backfill/pass/backfill-start.ts';

const at = (iso: string): { atMicros: number } => ({ atMicros: Date.parse(iso) * 1000 });

describe('parseBackfillStart', () => {
  it.each([
    ['336', { hoursAgo: 336 }],
    ['0.5', { hoursAgo: 0.5 }],
    ['.5', { hoursAgo: 0.5 }],
    [' 12. ', { hoursAgo: 12 }],
    ['2026-05-01', at('2026-05-01T00:00Z')],
    ['2026-05-01T12', at('2026-05-01T12:00Z')],
    ['2026-05-01 12:30', at('2026-05-01T12:30Z')],
    ['2026-05-01T12:30:15.5', at('2026-05-01T12:30:15.5Z')],
    ['2026-05-01T12:30:15Z', at('2026-05-01T12:30:15Z')],
    ['2026-05-01T12:30+02:00', at('2026-05-01T10:30Z')],
  ])('reads %j', (text, expected) => {
    expect(parseBackfillStart(text)).toEqual(expected);
  });

  it.each(['', '-5', '1e3', 'nan', 'yesterday', '2026-13-01', '2026-05-01T25:00', '12:00'])('refuses %j', (text) => {
    expect(() => parseBackfillStart(text)).toThrow(BackfillStartInvalidError);
  });
});

describe('firstHourMicros', () => {
  const now = Date.parse('2026-05-02T00:30Z') * 1000;

  it('takes the whole hour in which the start lies', () => {
    expect(firstHourMicros({ hoursAgo: 1 }, now)).toBe(Date.parse('2026-05-01T23:00Z') * 1000);
    expect(firstHourMicros(at('2026-05-01T10:59Z'), now)).toBe(Date.parse('2026-05-01T10:00Z') * 1000);
  });

  it('takes all hours without a start', () => {
    expect(firstHourMicros(undefined, now)).toBe(-Infinity);
  });
});
