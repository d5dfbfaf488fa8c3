import { posix, win32 } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tierCount } from '@waybill/test-kit';
import { findPathProblem } from '../src/index.ts';

const pieces = fc.constantFrom(
  '.',
  '..',
  '/',
  '\\',
  'a',
  'b ',
  'C:',
  '\u0000',
  '\u2025',
  ' ',
  'con',
  'x.y',
  '\u00e9',
  '\ud800',
  '//',
  'nul.',
  '\uff0e',
);
const texts = fc.oneof(
  fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join('')),
  fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join('/')),
  fc.string({ unit: 'binary', maxLength: 30 }),
);

test('a path that passes stays below any root, on POSIX and on Windows, as written and as normalised', () => {
  fc.assert(
    fc.property(texts, (path) => {
      if (findPathProblem(path) !== undefined) return;
      for (const form of [path, path.normalize('NFC'), path.normalize('NFD')]) {
        expect(posix.join('/root', form)).toBe(`/root/${form}`);
        expect(win32.join('C:\\root', form).startsWith('C:\\root\\')).toBe(true);
        expect(win32.resolve('C:\\root', form).startsWith('C:\\root\\')).toBe(true);
      }
      expect(Buffer.from(path).toString()).toBe(path);
    }),
    { numRuns: tierCount({ push: 5000, nightly: 100_000 }) },
  );
});
