import { tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NearDuplicateKey } from '../src/index.ts';
import { NearDuplicateIndex } from '../src/index.ts';

const base = { startMicros: 5_000_000, durationMicros: 2_000_000, type: 'full', hashText: 'h' } as const;

function indexOf(...segments: NearDuplicateKey[]): NearDuplicateIndex {
  const index = new NearDuplicateIndex();
  for (const segment of segments) index.add(segment);
  return index;
}

describe('NearDuplicateIndex', () => {
  it.each([0, 1, 999, 1000, -1, -1000])('finds a start that is %i micros away', (distance) => {
    expect(indexOf({ ...base, startMicros: base.startMicros + distance }).has(base)).toBe(true);
  });

  it.each([1001, -1001, 1999, -2000])('does not find a start that is %i micros away', (distance) => {
    expect(indexOf({ ...base, startMicros: base.startMicros + distance }).has(base)).toBe(false);
  });

  it.each([{ durationMicros: 2_000_001 }, { type: 'suspect' as const }, { hashText: 'g' }])(
    'needs the rest to be equal: %o',
    (other) => {
      expect(indexOf({ ...base, ...other }).has(base)).toBe(false);
    },
  );

  it('is empty at first', () => {
    expect(new NearDuplicateIndex().has(base)).toBe(false);
  });

  it('does not chain: what is near to a near one is not found', () => {
    const index = indexOf({ ...base, startMicros: 0 });
    expect(index.has({ ...base, startMicros: 1000 })).toBe(true);
    expect(index.has({ ...base, startMicros: 2000 })).toBe(false);
  });

  it('gives the same as a comparison with each, whatever the order', () => {
    const key = fc.record({
      startMicros: fc.integer({ min: -1500, max: 2500 }),
      durationMicros: fc.constantFrom(1, 1, 1, 12),
      type: fc.constantFrom('full' as const, 'full' as const, 'suspect' as const),
      hashText: fc.constantFrom('1', '1', '2'),
    });
    fc.assert(
      fc.property(fc.array(key, { maxLength: 12 }), key, (added, asked) => {
        const isNear = (other: NearDuplicateKey): boolean =>
          Math.abs(other.startMicros - asked.startMicros) <= 1000 &&
          other.durationMicros === asked.durationMicros &&
          other.type === asked.type &&
          other.hashText === asked.hashText;
        expect(indexOf(...added).has(asked)).toBe(added.some(isNear));
        expect(indexOf(...added.toReversed()).has(asked)).toBe(added.some(isNear));
      }),
      { numRuns: tierCount({ push: 1000, nightly: 100_000 }) },
    );
  });

  it('stays quick where 100,000 hostile names share hash, duration and type', () => {
    const index = new NearDuplicateIndex();
    let found = 0;
    for (let i = 0; i < 100_000; i += 1) {
      if (index.has({ ...base, startMicros: i * 7 })) found += 1;
      index.add({ ...base, startMicros: i * 7 });
    }
    expect(found).toBe(99_999);
  });
});
