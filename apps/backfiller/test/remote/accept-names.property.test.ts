import { posix } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tierCount } from '@waybill/test-kit';
import { acceptExtras, acceptHourNames, acceptHours } from '../../src/remote/accept-names.ts';
import { segmentName } from '../support/test-names.ts';

const runs = { numRuns: tierCount({ push: 200, nightly: 10_000 }) };

/** Names made of what is dangerous and of what is right, in any mixture. */
const name = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '/',
        '\\',
        '\0',
        '\n',
        '%2e',
        'C:',
        '.ts',
        '.tombstone',
        '.temp',
        '2026-06-22T18',
        segmentName(1, 'x'),
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));

const isInside = (path: string): boolean =>
  posix.join('/base/a/b', path).startsWith('/base/a/b/') && !path.includes('\0');

describe('names that are accepted from a node', () => {
  it.each([
    ['hours', acceptHours],
    ['segments', (names: readonly string[]) => acceptHourNames(names, 'source')],
    ['chat', (names: readonly string[]) => acceptHourNames(names, 'chat')],
  ])('as %s are single path components, sorted, each once, and among those listed', (_kind, accept) => {
    fc.assert(
      fc.property(fc.array(name, { maxLength: 10 }), (listed) => {
        const { names, refused, unsafe } = accept(listed);
        expect(names.every((one) => isInside(one) && !/[/\\\0]/.test(one) && listed.includes(one))).toBe(true);
        expect(names).toEqual([...new Set(names)].sort());
        expect(unsafe).toBeLessThanOrEqual(refused);
        expect(refused + names.length).toBeLessThanOrEqual(listed.length);
      }),
      runs,
    );
  });

  it('as extras stay inside their directory', () => {
    fc.assert(
      fc.property(fc.array(name, { maxLength: 10 }), (listed) => {
        const { names } = acceptExtras(listed);
        expect(
          names.every(
            (path) => isInside(path) && path.split('/').every((part) => part !== '' && !part.startsWith('.')),
          ),
        ).toBe(true);
      }),
      runs,
    );
  });

  it('as anything never lead out of their directory where they are not counted as unsafe', () => {
    fc.assert(
      fc.property(name, (one) => {
        const { unsafe, names } = acceptExtras([one]);
        const escapes =
          !isInside(one) &&
          one !== '' &&
          posix.join('/base/a/b', one) !== '/base/a/b' &&
          posix.join('/base/a/b', one) !== '/base/a/b/';
        if (escapes) expect([unsafe, names]).toEqual([1, []]);
      }),
      runs,
    );
  });
});
