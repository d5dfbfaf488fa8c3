import { findPathProblem } from '@waybill/shaman-protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeName } from '../../src/plan/place-name.ts';

describe('placeName', () => {
  it.each([
    ['plain.png', 'plain.png'],
    ['a [b] *.png', 'a [b] *.png'],
    ['übergröße.exr', 'übergröße.exr'],
    ['back\\slash', 'back%5Cslash'],
    ['line\nbreak', 'line%0Abreak'],
    ['dot.', 'dot%2E'],
    ['blank ', 'blank%20'],
    ['con.0001.png', '%63on.0001.png'],
    ['C:', 'C%3A'],
    ['a:b', '%61:b'],
  ])('%j becomes %j', (name, place) => {
    expect(placeName(Buffer.from(name))).toBe(place);
  });

  it('escapes bytes that are no UTF-8', () => {
    expect(placeName(Buffer.from('gr\xfcn.png', 'latin1'))).toBe('gr%FCn.png');
  });

  it.each([
    ['gr\xfcn.png', 'gr\\xfcn.png'],
    ['\xff', '\\xff'],
    // More is wrong with these than their encoding: any target could have the name that they get.
    ['\xff\n', '%FF%0A'],
    ['\xff\\', '%FF%5C'],
    ['plain.', 'plain%2E'],
  ])('keeps bytes that are no UTF-8 where the target can have them: %j becomes %j', (name, place) => {
    expect(placeName(Buffer.from(name, 'latin1'), 'bytes')).toBe(place);
  });

  it('shortens a name that its escapes have made too long, and keeps what tells its kind', () => {
    const place = placeName(Buffer.from(`${'\xfc'.repeat(200)}.png`, 'latin1'));
    expect(place).toMatch(/^(%FC)+.*~[0-9a-f]{8}\.png$/);
    expect(Buffer.byteLength(place)).toBeLessThan(256);
  });

  it('gives names that every target can have, for any bytes', () => {
    const name = fc
      .uint8Array({ minLength: 1, maxLength: 255 })
      .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0x2f)));
    fc.assert(
      fc.property(name, (bytes) => {
        fc.pre(bytes.length > 0 && !['.', '..'].includes(Buffer.from(bytes).toString('latin1')));
        const place = placeName(bytes);
        expect(findPathProblem(place)).toBeUndefined();
        expect(place).not.toContain('/');
        expect(placeName(Buffer.from(place))).toBe(place);
      }),
    );
  });
});
