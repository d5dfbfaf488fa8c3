import { expect, test } from 'vitest';
import { backoffDelayMs } from '../src/backoff-delay.ts';
import { jitter } from '../src/jitter.ts';

const middle = (): number => 0.5;

test('doubles from 5 s to 80 s and stays there', () => {
  const delays = [0, 1, 2, 3, 4, 5, 100].map((attempt) => backoffDelayMs(attempt, { random: middle }));
  expect(delays).toEqual([5000, 10_000, 20_000, 40_000, 80_000, 80_000, 80_000]);
});

test('spreads by 10 % to each side', () => {
  expect(backoffDelayMs(0, { random: () => 0 })).toBe(4500);
  expect(backoffDelayMs(0, { random: () => 1 })).toBe(5500);
  for (let count = 0; count < 100; count += 1) {
    const delay = backoffDelayMs(0);
    expect(delay >= 4500 && delay < 5500).toBe(true);
  }
});

test('takes another base, factor, cap and spread', () => {
  const options = { baseMs: 10, factor: 3, maxAttemptExponent: 2, jitter: 0.5, random: () => 0 };
  expect([0, 1, 2, 3].map((attempt) => backoffDelayMs(attempt, options))).toEqual([5, 15, 45, 45]);
});

test('jitter leaves a duration alone in the middle of its range', () => {
  expect(jitter(180_000, 0.1, middle)).toBe(180_000);
  expect(jitter(100, 0, () => 0)).toBe(100);
});
