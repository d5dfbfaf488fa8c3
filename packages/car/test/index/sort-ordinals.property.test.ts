import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortOrdinals } from '../../src/index/sort-ordinals.ts';

describe('sorting ordinals by a prefix', () => {
  it('does what a sort by prefix, then by the rest, does', () => {
    const item = fc.tuple(fc.constantFrom(0, 1, 2, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff), fc.nat(5));
    fc.assert(
      fc.property(fc.array(item), (items) => {
        const rest = (one: number, other: number): number => items[one]![1] - items[other]![1] || one - other;
        const sorted = sortOrdinals(items.length, (at) => items[at]![0], rest);
        const expected = items
          .map((_, at) => at)
          .sort((one, other) => items[one]![0] - items[other]![0] || rest(one, other));
        expect([...sorted]).toEqual(expected);
      }),
    );
  });
});
