import { describe, expect, it } from 'vitest';
import { BodyParts } from '../../src/index/body-parts.ts';

function partsOf(unitBytes: number, lengthBytes: number, pieces: readonly number[]): string[] {
  const seen: string[] = [];
  const parts = new BodyParts({
    wants: () => unitBytes,
    visit: (block, part, offset) => seen.push(`${block}:${offset}:${part.length}`),
  });
  parts.begin(3, unitBytes, lengthBytes);
  for (const bytes of pieces) parts.feed(new Uint8Array(bytes), 0);
  expect(parts.leftBytes).toBe(0);
  return seen;
}

describe('BodyParts', () => {
  it('gives a body that comes whole in one part, without the rest that is no whole unit', () => {
    expect(partsOf(5, 24, [24])).toEqual(['3:0:20']);
    expect(partsOf(5, 4, [4])).toEqual([]);
  });

  it('puts units together that come in pieces', () => {
    expect(partsOf(5, 24, [7, 1, 16])).toEqual(['3:0:5', '3:5:5', '3:10:10']);
  });

  it('refuses units that are larger than any struct', () => {
    expect(() => partsOf(70_000, 70_000, [])).toThrow(RangeError);
  });
});
