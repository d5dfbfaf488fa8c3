import fc from 'fast-check';
import { varint as reference } from 'multiformats';
import { describe, expect, it } from 'vitest';
import { encodeVarint, readVarint, varintLength, writeVarint } from '../../src/index.ts';

const code = (name: string): unknown => expect.objectContaining({ code: name });

describe('varints', () => {
  it('are written and read as multiformats does, at any place', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(9), (value, at) => {
        const bytes = new Uint8Array(at + 9);
        const end = writeVarint(value, bytes, at);
        expect(end - at).toBe(varintLength(value));
        expect(readVarint(bytes, at, end)).toBe(value);
        if (value < 2 ** 31) {
          expect(reference.decode(bytes, at)).toEqual([value, end - at]);
          expect(reference.encodeTo(value, new Uint8Array(end - at))).toEqual(encodeVarint(value));
        }
      }),
    );
  });

  it('end early at every point with an offset', () => {
    for (const value of [128, 300, 2 ** 20, 2 ** 35, Number.MAX_SAFE_INTEGER]) {
      const bytes = encodeVarint(value);
      for (let end = 0; end < bytes.length; end += 1) {
        const failure: unknown = expect.objectContaining({ code: 'ERR_CAR_TRUNCATED', offset: 0, availableBytes: end });
        expect(() => readVarint(bytes, 0, end)).toThrow(failure);
      }
    }
  });

  it.each([
    ['longer than need be', [0x80, 0x00]],
    ['longer than need be', [0xff, 0x80, 0x00]],
    ['above 2^53 - 1', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ['without an end', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
  ])('are refused when %s: %j', (_what, bytes) => {
    expect(() => readVarint(Uint8Array.from(bytes), 0, bytes.length)).toThrow(code('ERR_VARINT_INVALID'));
  });

  it('are not made of what is no unsigned integer', () => {
    for (const value of [-1, 0.5, NaN, 2 ** 53])
      expect(() => writeVarint(value, new Uint8Array(9), 0)).toThrow(RangeError);
  });
});
