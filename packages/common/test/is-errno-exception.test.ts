import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isErrnoException } from '../src/is-errno-exception.ts';

test('tells a system error, and which one, from everything else', () => {
  let error: unknown;
  try {
    readFileSync('/does/not/exist');
  } catch (caught) {
    error = caught;
  }
  expect([isErrnoException(error), isErrnoException(error, 'ENOENT'), isErrnoException(error, 'EACCES')]).toEqual([
    true,
    true,
    false,
  ]);
  for (const other of [new Error('plain'), { code: 'ENOENT' }, 'ENOENT', undefined, null]) {
    expect(isErrnoException(other)).toBe(false);
  }
});
