import { tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hideTombstoned, isTombstoneName, tombstoneName, tombstoneTarget } from '../src/index.ts';
import { segmentName } from './support/names.ts';

const A = segmentName(0, 2);
const B = segmentName(2, 4);
const A_TOMBSTONE = A.replace(/ts$/, 'tombstone');

describe('tombstone names', () => {
  it('are the name with its extension replaced', () => {
    expect(tombstoneName(A)).toBe(A_TOMBSTONE);
    expect(tombstoneName('10:00-hash.json')).toBe('10:00-hash.tombstone');
    expect(tombstoneTarget(A_TOMBSTONE)).toBe(A.slice(0, -3));
  });

  it.each(['.tombstone', '..tombstone', 'tombstone', A, 'a.tombstone.ts', 'a.Tombstone', 'a.tombstone '])(
    'are not %j',
    (name) => {
      expect(isTombstoneName(name)).toBe(false);
      expect(tombstoneTarget(name)).toBeUndefined();
    },
  );

  it('may have a target that is hidden or has an extension of its own', () => {
    expect(tombstoneTarget('.a.tombstone')).toBe('.a');
    expect(tombstoneTarget('a.ts.tombstone')).toBe('a.ts');
  });
});

describe('hideTombstoned', () => {
  it('lists segments and chat in the given order, and nothing else', () => {
    const names = [B, 'a.json', '.hidden.ts', A, 'a.txt', 'a.temp', 'ts', '.ts', 'a.ts.', 'a.TS'];
    expect(hideTombstoned(names)).toEqual([B, 'a.json', A]);
    expect(hideTombstoned(names, { includeChat: false })).toEqual([B, A]);
  });

  it('hides every file of the base name of a tombstone, and lists tombstones only on request, after the rest', () => {
    const names = ['x.tombstone', 'x.json', A_TOMBSTONE, A, 'x.ts', B];
    expect(hideTombstoned(names)).toEqual([B]);
    expect(hideTombstoned(names, { includeTombstones: true })).toEqual([B, 'x.tombstone', A_TOMBSTONE]);
  });

  it('matches the base name as a whole: not a prefix, and not the name with its extension', () => {
    expect(hideTombstoned(['a.ts', 'ab.ts', 'a.ts.tombstone', 'A.ts', 'a.b.ts', 'a.b.tombstone'])).toEqual([
      'a.ts',
      'ab.ts',
      'A.ts',
    ]);
    expect(hideTombstoned(['a.ts.ts', 'a.ts.tombstone'])).toEqual([]);
  });

  it('lists a tombstone that hides nothing', () => {
    expect(hideTombstoned(['a.tombstone'], { includeTombstones: true })).toEqual(['a.tombstone']);
  });

  it('does not list a hidden tombstone, where wubloader does', () => {
    expect(hideTombstoned(['.a.tombstone', '.a.ts'], { includeTombstones: true })).toEqual([]);
  });

  it('takes names of objects for names', () => {
    expect(hideTombstoned(['__proto__.ts', 'constructor.ts', 'constructor.tombstone'])).toEqual(['__proto__.ts']);
  });

  it('goes through 100,000 names and as many tombstones in linear time', () => {
    const count = 100_000;
    const names = Array.from({ length: count }, (_, i) => `n${i}.ts`);
    const tombstones = Array.from({ length: count }, (_, i) => `n${i + count / 2}.tombstone`);
    // 10^10 comparisons, which a quadratic filter needs, do not end within the time limit of a test.
    expect(hideTombstoned([...names, ...tombstones])).toEqual(names.slice(0, count / 2));
  });
});

/** The rules of spec 1.2, word by word: quadratic, as the original. */
function reference(names: readonly string[], includeTombstones: boolean): string[] {
  const base = (name: string): string => name.slice(0, name.lastIndexOf('.'));
  const isHidden = (name: string): boolean => names.some((other) => other === `${base(name)}.tombstone`);
  const listed = names.filter((name) => !name.startsWith('.') && /\.(ts|json)$/.test(name) && !isHidden(name));
  const tombstones = names.filter((name) => !name.startsWith('.') && /.\.tombstone$/.test(name));
  return includeTombstones ? [...listed, ...tombstones] : listed;
}

describe('hideTombstoned, against the rules word by word', () => {
  const names = fc
    .tuple(fc.constantFrom('a', 'b', '.a', 'a.b', 'a.ts'), fc.constantFrom('.ts', '.json', '.tombstone', '.txt', ''))
    .map((parts) => parts.join(''));

  it('gives the same', () => {
    fc.assert(
      fc.property(fc.uniqueArray(names, { maxLength: 12 }), fc.boolean(), (listing, includeTombstones) => {
        expect(hideTombstoned(listing, { includeTombstones })).toEqual(reference(listing, includeTombstones));
      }),
      { numRuns: tierCount({ push: 500, nightly: 50_000 }) },
    );
  });
});
