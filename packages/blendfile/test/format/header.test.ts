import { describe, expect, it } from 'vitest';
import {
  BlendFileTruncatedError,
  BlendFormatUnknownError,
  BlendHeaderInvalidError,
  decodeHeader,
  encodeHeader,
} from '../../src/index.ts';
import { variants } from '../support/variants.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('decodeHeader', () => {
  it('reads the headers that Blender writes', () => {
    const legacy = { formatVersion: 0, pointerBytes: 8, littleEndian: true, version: 304 };
    expect(decodeHeader(bytes('BLENDER-v304REND'), 'a.blend')).toEqual(legacy);
    const old = { formatVersion: 0, pointerBytes: 4, littleEndian: false, version: 248 };
    expect(decodeHeader(bytes('BLENDER_V248'), 'a.blend')).toEqual(old);
    const wide = { formatVersion: 1, pointerBytes: 8, littleEndian: true, version: 500 };
    expect(decodeHeader(bytes('BLENDER17-01v0500REND'), 'a.blend')).toEqual(wide);
  });

  it.each(variants)('reads what encodeHeader wrote: $name', ({ header }) => {
    expect(decodeHeader(encodeHeader(header), 'a.blend')).toEqual(header);
  });

  it.each(['PK\x03\x04', 'blender-v304', 'BLENDEX-v304'])('refuses what is no .blend file: %j', (text) => {
    expect(() => decodeHeader(bytes(text), 'a.blend')).toThrow(BlendHeaderInvalidError);
  });

  it.each([
    'BLENDER+v304',
    'BLENDER-x304',
    'BLENDER-v3.4',
    'BLENDER17-01V0500',
    'BLENDER18-01v0500',
    'BLENDER17_01v0500',
  ])('refuses a header of no known kind: %s', (text) => {
    expect(() => decodeHeader(bytes(text), 'a.blend')).toThrow(BlendHeaderInvalidError);
  });

  it('names a format version that it does not know', () => {
    const error = { formatVersion: 2, file: 'a.blend', offset: 10, code: 'ERR_BLEND_FORMAT_UNKNOWN' };
    expect(() => decodeHeader(bytes('BLENDER17-02v0600'), 'a.blend')).toThrow(expect.objectContaining(error));
    expect(() => decodeHeader(bytes('BLENDER17-02v0600'), 'a.blend')).toThrow(BlendFormatUnknownError);
  });

  it.each(variants)('finds every truncation: $name', ({ header }) => {
    const whole = encodeHeader(header);
    for (let length = 0; length < whole.length; length += 1) {
      const cut = whole.subarray(0, length);
      expect(() => decodeHeader(cut, 'a.blend'), `${length}`).toThrow(BlendFileTruncatedError);
    }
  });
});
