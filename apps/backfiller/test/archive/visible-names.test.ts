import { listingDigest } from '@waybill/segments';
import { temporaryDirectory, tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visibleNames } from '../../src/archive/visible-names.ts';
import { HOUR, makeSegment, openArchive, putFile, putSegment } from './support.ts';

const shown = (...names: string[]): string[] => {
  const { json, count } = visibleNames(names);
  const list = JSON.parse(json) as string[];
  expect(list.length).toBe(count);
  return list;
};
const A = makeSegment(0).name;
const B = makeSegment(2).name;
const temp = '00:04.000000-2.0-temp-5b5b4f0e-1d6f-4d0a-9f43-0d0d7f1f9f0a.ts';

describe('visibleNames', () => {
  it('sorts segments and chat batches by code unit', () => {
    expect(shown(B, '01:00-abc.json', A)).toEqual([A, B, '01:00-abc.json']);
  });

  it('leaves out hidden, temp and foreign names', () => {
    expect(shown(A, '.hidden.ts', temp, 'notes.txt', 'x.ts.abc.temp', `${A}.corrupt`)).toEqual([A]);
  });

  it('shows a tombstone in place of what it hides, chat included', () => {
    const base = A.slice(0, -3);
    expect(shown(A, `${base}.tombstone`, B, '01:00-x.json', '01:00-x.tombstone')).toEqual(
      [`${base}.tombstone`, B, '01:00-x.tombstone'].sort(),
    );
  });

  it('leaves out names that could not be asked for again or would break a list', () => {
    expect(shown(A, 'a\nb.ts', 'a\\b.ts', 'a\u0000.ts', '\u{202e}a.ts', '0:\n.ts', 'C:a.ts')).toEqual([A]);
  });

  it('shows an unparsable segment name, as wubloader does', () => {
    expect(shown('odd.ts')).toEqual(['odd.ts']);
  });

  it('shows a name that merely has -temp- in another place', () => {
    expect(shown('-temp-a-full-b.ts', 'a-b-temp-c.ts')).toEqual(['-temp-a-full-b.ts']);
  });

  it('gives the same names in the same order, whatever the order in which they come', () => {
    const name = fc.constantFrom(
      A,
      B,
      temp,
      '.x.ts',
      'ö.ts',
      `${A.slice(0, -3)}.tombstone`,
      '01:00-x.json',
      'z.txt',
      'Z.ts',
    );
    fc.assert(
      fc.property(fc.uniqueArray(name), (names) => {
        expect(shown(...names)).toEqual(shown(...names.toReversed()));
      }),
      { numRuns: tierCount({ push: 100, nightly: 1000 }) },
    );
  });
});

describe('listHour', () => {
  it('has the digest that listingDigest gives for its names', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, makeSegment(0));
    await putSegment(base.path, makeSegment(2));
    await putFile(base.path, `demo/source/${HOUR}/01:00-x.tombstone`);
    await using archive = await openArchive(base.path);
    const { names, digest } = await archive.listHour('demo', 'source', HOUR);
    expect(names.length).toBe(3);
    expect(digest).toBe(listingDigest(names));
    expect((await archive.listHour('demo', 'source', '2024-03-01T23')).digest).toBe(listingDigest([]));
  });
});
