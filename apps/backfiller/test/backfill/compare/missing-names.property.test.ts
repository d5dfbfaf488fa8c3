import fc from 'fast-check';
import { expect, it } from 'vitest';
import { missingNames } from '../../../src/backfill/compare/missing-names.ts';

const sortedNames = fc.uniqueArray(fc.string({ maxLength: 3 })).map((names) => names.sort());

it('is the set difference of two sorted lists', () => {
  fc.assert(
    fc.property(sortedNames, sortedNames, (remote, local) => {
      expect(missingNames(remote, local)).toEqual(remote.filter((name) => !local.includes(name)));
    }),
  );
});
