import { expect, test } from 'vitest';
import { LabelLimit } from '../src/index.ts';

test('passes the first values and calls later ones other', () => {
  const limit = new LabelLimit(2);
  expect(['a', 'b', 'c', 'a', 'd', 'b'].map((value) => limit.bound(value))).toEqual([
    'a',
    'b',
    'other',
    'a',
    'other',
    'b',
  ]);
});
