import { tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NameSet } from '../../src/archive/name-set.ts';
import { makeSegment } from './support.ts';

describe('NameSet', () => {
  it('has the names that it was made of, and no other', () => {
    const name = fc.string({ unit: 'binary', maxLength: 20 });
    fc.assert(
      fc.property(fc.array(name), fc.array(name), (names, others) => {
        const set = new NameSet(names);
        const expected = new Set(names);
        for (const one of [...names, ...others]) expect(set.has(one)).toBe(expected.has(one));
      }),
      { numRuns: tierCount({ push: 200, nightly: 20_000 }) },
    );
  });

  it('tells apart names that differ in one place', () => {
    const names = Array.from({ length: 1800 }, (_, index) => makeSegment(index * 2).name);
    const set = new NameSet(names);
    const changed = names.map((name) => name.replace('-2.0-', '-2.1-'));
    expect(names.every((name) => set.has(name))).toBe(true);
    expect(changed.some((name) => set.has(name))).toBe(false);
  });

  it('has nothing where there is nothing', () => {
    expect(new NameSet([]).has('')).toBe(false);
  });
});
