import { tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { combineDigests, listingDigest } from '../src/index.ts';

const runs = { numRuns: tierCount({ push: 200, nightly: 20_000 }) };
const names = fc.uniqueArray(
  fc.string({ unit: fc.constantFrom(...Array.from('ab:-.,"[\n\\é\uffee😀')), maxLength: 5 }),
  {
    maxLength: 20,
  },
);
const shuffled = names.chain((list) =>
  fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
);

describe('listingDigest', () => {
  it('is the SHA-256 of the names as a JSON array, sorted by code unit', () => {
    const expected = createHash('sha256').update('["B","a","é","😀","\uffee"]', 'utf8').digest('hex');
    expect(listingDigest(['\uffee', 'a', '😀', 'B', 'é'])).toBe(expected);
  });

  it('is the SHA-256 of an empty array for an empty listing', () => {
    expect(listingDigest([])).toBe(createHash('sha256').update('[]').digest('hex'));
  });

  it('does not depend on the order or on the kind of iterable', () => {
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(listingDigest(other)).toBe(listingDigest(list));
        expect(listingDigest(new Set(other))).toBe(listingDigest(list));
      }),
      runs,
    );
  });

  it('differs where the names differ', () => {
    fc.assert(
      fc.property(names, names, (a, b) => {
        const same = new Set(a).symmetricDifference(new Set(b)).size === 0;
        expect(listingDigest(a) === listingDigest(b)).toBe(same);
      }),
      runs,
    );
  });

  it('leaves the array that it is given as it was', () => {
    const list = ['b', 'a'];
    listingDigest(list);
    expect(list).toEqual(['b', 'a']);
  });
});

describe('combineDigests', () => {
  it('is the SHA-256 of lines of key, tab and digest, sorted by key', () => {
    const expected = createHash('sha256').update('a\t11\nb\t22\nb c\t33', 'utf8').digest('hex');
    expect(
      combineDigests(
        new Map([
          ['b', '22'],
          ['b c', '33'],
          ['a', '11'],
        ]),
      ),
    ).toBe(expected);
  });

  it('does not depend on the order', () => {
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        const entries = (keys: string[]): [string, string][] => keys.map((key) => [key, listingDigest([key])]);
        expect(combineDigests(entries(other))).toBe(combineDigests(entries(list)));
      }),
      runs,
    );
  });

  it('changes with any digest below it', () => {
    expect(
      combineDigests([
        ['a', '11'],
        ['b', '22'],
      ]),
    ).not.toBe(
      combineDigests([
        ['a', '22'],
        ['b', '11'],
      ]),
    );
  });
});
