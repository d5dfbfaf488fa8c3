import { expect, test } from 'vitest';
import { RecentNumbers } from '../src/recent-numbers.ts';

test('remembers at least the last ones, and at most twice as many', () => {
  const recent = new RecentNumbers(10);
  for (let value = 0; value < 1000; value += 1) {
    recent.add(value);
    for (let back = 0; back < 10 && back <= value; back += 1) expect(recent.has(value - back)).toBe(true);
    expect(recent.has(value - 20)).toBe(false);
  }
});

test('forgets what is deleted, however long it has been there', () => {
  const recent = new RecentNumbers(4);
  for (const value of [1, 2, 3, 4, 5]) recent.add(value);
  for (const value of [1, 5]) recent.delete(value);
  expect([1, 2, 3, 4, 5].map((value) => recent.has(value))).toEqual([false, true, true, true, false]);
});
