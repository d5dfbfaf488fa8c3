import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPath } from '../../src/paths/format-path.ts';
import { hasRawBytes, placeBytes, withoutRawBytes } from '../../src/plan/place-bytes.ts';
import { placeName } from '../../src/plan/place-name.ts';

describe('placeBytes', () => {
  it('takes each \\xNN of a place as one byte, and the rest as UTF-8', () => {
    const place = 'grün/gr\\xfcn \\xe2\\x98.png';
    expect(placeBytes(place).toString('latin1')).toBe(`gr${Buffer.from('ü').toString('latin1')}n/gr\xfcn \xe2\x98.png`);
    expect([hasRawBytes(place), hasRawBytes('grün/%FC.png')]).toEqual([true, false]);
  });

  it('takes no escape for ASCII, which could be a separator or lead out of the pack', () => {
    expect(placeBytes('a\\x2fb\\x2e\\x2e').toString()).toBe('a\\x2fb\\x2e\\x2e');
    expect(withoutRawBytes('a\\x2f\\xff')).toBe('a\\x2fx');
  });

  it('gives back every name that is kept as bytes', () => {
    const name = fc
      .uint8Array({ minLength: 1, maxLength: 60 })
      .map((bytes) => Buffer.from(bytes.filter((byte) => byte >= 0x20 && byte !== 0x2f && byte !== 0x5c)));
    fc.assert(
      fc.property(name, (bytes) => {
        const place = placeName(bytes, 'bytes');
        fc.pre(hasRawBytes(place));
        expect(placeBytes(place).equals(bytes)).toBe(true);
        expect(formatPath(placeBytes(place))).toBe(place);
        expect(placeName(placeBytes(place), 'bytes')).toBe(place);
      }),
    );
  });
});
