import { describe, expect, it } from 'vitest';
import { formatSegmentName, parseHour, SegmentNameInvalidError } from '../src/index.ts';
import { digestOf, EMPTY_HASH, HOUR } from './support/names.ts';

const content = { type: 'full', digest: digestOf('') } as const;

describe('formatSegmentName', () => {
  it('writes 6 digits of a fraction and the duration as Python does', () => {
    expect(formatSegmentName({ startMicros: 2_751_608_000, durationMicros: 2_000_000, ...content })).toBe(
      `45:51.608000-2.0-full-${EMPTY_HASH}.ts`,
    );
    expect(formatSegmentName({ startMicros: 0, durationMicros: 1_967_000, ...content, type: 'suspect' })).toBe(
      `00:00.000000-1.967-suspect-${EMPTY_HASH}.ts`,
    );
  });

  it('keeps the text of a duration that another name or a playlist gave', () => {
    expect(formatSegmentName({ startMicros: 1, durationText: '2.00', ...content })).toBe(
      `00:00.000001-2.00-full-${EMPTY_HASH}.ts`,
    );
  });

  it('writes only the part within the hour of an absolute time', () => {
    const offset = { startMicros: 3_599_999_999, durationMicros: 5_000_000, ...content };
    const absolute = { ...offset, startMicros: parseHour(HOUR) + 3_599_999_999 };
    expect(formatSegmentName(absolute)).toBe(formatSegmentName(offset));
    expect(formatSegmentName({ ...offset, startMicros: -1 })).toBe(formatSegmentName(offset));
  });

  it('never writes the exponent whose dash no parser could read', () => {
    expect(formatSegmentName({ startMicros: 0, durationMicros: 99, ...content })).toBe(
      `00:00.000000-0.000099-full-${EMPTY_HASH}.ts`,
    );
  });

  it('names a temp file with the mark given', () => {
    expect(formatSegmentName({ startMicros: 0, durationMicros: 2_000_000, type: 'temp', tempId: 'waybill.m1.7' })).toBe(
      '00:00.000000-2.0-temp-waybill.m1.7.ts',
    );
  });

  it.each([
    ['a fraction of a micro', { startMicros: 0.5, durationMicros: 1, ...content }],
    ['a time that is no number', { startMicros: NaN, durationMicros: 1, ...content }],
    ['a negative duration', { startMicros: 0, durationMicros: -1, ...content }],
    ['a duration that is no number', { startMicros: 0, durationMicros: NaN, ...content }],
    ['a duration text with a slash', { startMicros: 0, durationText: '2.0/', ...content }],
    ['an empty temp id', { startMicros: 0, durationMicros: 1, type: 'temp' as const, tempId: '' }],
    [
      'a temp id that leaves the directory',
      { startMicros: 0, durationMicros: 1, type: 'temp' as const, tempId: '../x' },
    ],
    [
      'a digest that is too short',
      {
        startMicros: 0,
        durationMicros: 1,
        type: 'full' as const,
        digest: { algorithm: 'sha256' as const, bytes: new Uint8Array(31) },
      },
    ],
  ])('refuses %s', (_, init) => {
    expect(() => formatSegmentName(init)).toThrow(SegmentNameInvalidError);
  });
});
