import { formatHex } from '@waybill/digest';
import { describe, expect, it } from 'vitest';
import {
  isSafeComponent,
  parseSegmentName,
  parseSegmentPath,
  SegmentNameInvalidError,
  tryParseSegmentName,
} from '../src/index.ts';
import { EMPTY_HASH } from './support/names.ts';
import { parseVectors } from './support/vectors.ts';

const NAME = `45:51.608000-2.0-full-${EMPTY_HASH}.ts`;

describe('parseSegmentName', () => {
  it('reads what the downloader writes', () => {
    const parsed = parseSegmentName(NAME);
    expect(parsed).toMatchObject({
      name: NAME,
      startMicros: 2_751_608_000,
      durationMicros: 2_000_000,
      durationText: '2.0',
      type: 'full',
      hashText: EMPTY_HASH,
    });
    expect(parsed.digest && formatHex(parsed.digest)).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });

  it('takes dashes in the hash for a part of it', () => {
    expect(EMPTY_HASH).toContain('-');
    expect(parseSegmentName(NAME).hashText).toBe(EMPTY_HASH);
  });

  it.each([
    ['45:51', 2_751_000_000],
    ['45:51.', 2_751_000_000],
    ['45:51.6', 2_751_600_000],
    ['45:51.000001', 2_751_000_001],
    ['00:00.000000', 0],
    ['59:59.999999', 3_599_999_999],
  ])('takes a fraction of 0 to 6 digits: %s', (time, startMicros) => {
    expect(parseSegmentName(`${time}-2.0-full-${EMPTY_HASH}.ts`).startMicros).toBe(startMicros);
  });

  it.each([
    ['2.0', 2_000_000],
    ['2', 2_000_000],
    ['1.967', 1_967_000],
    ['0.0', 0],
    ['0.00001', 10],
    ['86400', 86_400_000_000],
    ['1.9999994999', 1_999_999],
    ['1.9999995001', 2_000_000],
  ])('takes a plain decimal duration of up to a day: %s', (text, durationMicros) => {
    expect(parseSegmentName(`45:51.608000-${text}-full-${EMPTY_HASH}.ts`)).toMatchObject({
      durationMicros,
      durationText: text,
    });
  });

  it.each(['6f1c2f0a-3c1d-4c8e-9f57-2b6f5d1f2a77', 'waybill.k3x9.17'])('gives a temp file no digest: %s', (id) => {
    expect(parseSegmentName(`45:51.608000-2.0-temp-${id}.ts`)).toMatchObject({
      type: 'temp',
      hashText: id,
      digest: null,
    });
  });

  it('names the problem and quotes a hostile name shortly', () => {
    const hostile = `\u001b[2J${'../'.repeat(1000)}`;
    expect(() => parseSegmentName(hostile)).toThrow(SegmentNameInvalidError);
    const error = new SegmentNameInvalidError(hostile, 'why');
    expect(error).toMatchObject({ code: 'ERR_SEGMENT_NAME_INVALID', retryable: false, segmentName: hostile });
    expect(error.message.length).toBeLessThan(500);
    expect(error.message).not.toContain('\u001b');
  });
});

/** What wubloader's parser takes and ours, for names from other machines, does not. Each row is a deliberate difference. */
const REFUSED_LENIENCIES: [string, string][] = [
  ['another separator after the minute', `45.51.608000-2.0-full-${EMPTY_HASH}.ts`],
  ['the separator of the documentation that is wrong', `45-51.608000-2.0-full-${EMPTY_HASH}.ts`],
  ['another separator after the second', `45:51,608000-2.0-full-${EMPTY_HASH}.ts`],
  ['a control character as separator', `45\n51.608000-2.0-full-${EMPTY_HASH}.ts`],
  ['7 digits, the first a zero', `45:51.0608000-2.0-full-${EMPTY_HASH}.ts`],
  ['a space for a digit', ` 5:51.608000-2.0-full-${EMPTY_HASH}.ts`],
  ['a sign', `+5:51.608000-2.0-full-${EMPTY_HASH}.ts`],
  ['underscores in a number', `45:51.6_08-2.0-full-${EMPTY_HASH}.ts`],
  ['digits of another script', `45:51.608000-\u0662.0-full-${EMPTY_HASH}.ts`],
  ['a duration with exponent', `45:51.608000-1e3-full-${EMPTY_HASH}.ts`],
  ['a duration that begins with its point', `45:51.608000-.5-full-${EMPTY_HASH}.ts`],
  ['a duration that ends with its point', `45:51.608000-2.-full-${EMPTY_HASH}.ts`],
  ['a duration of more than a day', `45:51.608000-86400.000001-full-${EMPTY_HASH}.ts`],
  ['a hash of another length', '45:51.608000-2.0-full-AAAA.ts'],
  ['an empty hash', '45:51.608000-2.0-full-.ts'],
  ['garbage in the hash, that decoding drops', `45:51.608000-2.0-full-!!!!${EMPTY_HASH}.ts`],
  ['padding', `45:51.608000-2.0-full-${EMPTY_HASH}=.ts`],
  ['a second text of the same digest (spare bits)', `45:51.608000-2.0-full-${EMPTY_HASH.slice(0, -1)}V.ts`],
  ['the other base64 alphabet', `45:51.608000-2.0-full-${EMPTY_HASH.replace('-', '+')}.ts`],
  ['an empty temp id', '45:51.608000-2.0-temp-.ts'],
  ['a temp id of other characters', '45:51.608000-2.0-temp-a b.ts'],
];

describe('the strict grammar', () => {
  it.each(REFUSED_LENIENCIES)('refuses %s', (_, name) => {
    expect(tryParseSegmentName(name)).toBeUndefined();
  });

  // The one row that is no leniency: its dash makes wubloader see another type.
  it.each(REFUSED_LENIENCIES.filter(([, name]) => !name.startsWith('45-')))(
    'while the lenient one takes %s',
    (_, name) => {
      expect(parseSegmentPath(`2024-03-01T10/${name}`).name).toBe(name);
    },
  );

  it.each([
    ['an empty text', ''],
    ['only the extension', '.ts'],
    ['another extension', NAME.replace(/ts$/, 'mp4')],
    ['a tombstone', NAME.replace(/ts$/, 'tombstone')],
    ['another case', NAME.toUpperCase()],
    ['an unknown type', NAME.replace('full', 'fully')],
    ['a type of the object prototype', NAME.replace('full', 'constructor')],
    ['a minute of 60', NAME.replace('45:', '60:')],
    ['a second of 60', NAME.replace(':51', ':60')],
    ['a missing field', NAME.replace('2.0-', '')],
    ['an empty duration', NAME.replace('2.0', '')],
    ['a negative duration', NAME.replace('2.0', '-2.0')],
    ['nan', NAME.replace('2.0', 'nan')],
    ['inf', NAME.replace('2.0', 'inf')],
    ['a duration that overflows', NAME.replace('2.0', '9'.repeat(100))],
    ['two points in the duration', NAME.replace('2.0', '2.0.0')],
    ['a path', `2024-03-01T10/${NAME}`],
    ['a line end after it', `${NAME}\n`],
    ['something before it', ` ${NAME}`],
    ['a temp name longer than a file name', `45:51.608000-2.0-temp-${'a'.repeat(240)}.ts`],
    ['a duration that makes the name too long', NAME.replace('2.0', `2.${'0'.repeat(200)}`)],
  ])('refuses %s', (_, name) => {
    expect(tryParseSegmentName(name)).toBeUndefined();
    expect(() => parseSegmentName(name)).toThrow(SegmentNameInvalidError);
  });

  it('takes of the recorded paths only file names that are safe, and none that wubloader refuses', () => {
    const taken = parseVectors.filter(({ path }) => tryParseSegmentName(path.split('/').at(-1) ?? '') !== undefined);
    expect(taken.length).toBeGreaterThan(30);
    for (const { path, ok, group } of taken) {
      expect(isSafeComponent(path.split('/').at(-1) ?? '')).toBe(true);
      // Of an unreadable hour, or of a path of other parts, the file name may be good.
      if (group !== 'hour' && group !== 'path-forms') expect(ok).toBe(true);
    }
  });
});
