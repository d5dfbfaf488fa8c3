import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '@waybill/test-kit';
import { expect, test } from 'vitest';
import { Deadlines } from '../src/deadlines.ts';
import type { Deadlined } from '../src/deadlines.ts';

function late(afterMs: number): Deadlined & { expired: number; dueMs: number } {
  const item = {
    expired: 0,
    dueMs: performance.now() + afterMs,
    deadlineMs: () => item.dueMs,
    expire: () => {
      item.expired += 1;
    },
  };
  return item;
}

test('ends each thing when it is late, in whatever order they were added, and once', async () => {
  const deadlines = new Deadlines();
  const items = [late(60), late(20), late(40), late(20)];
  for (const item of items) deadlines.add(item);
  await waitFor(() => items.every(({ expired }) => expired === 1));
  await sleep(50);
  expect(items.map(({ expired }) => expired)).toEqual([1, 1, 1, 1]);
});

test('leaves alone what is over, and what got more time', async () => {
  const deadlines = new Deadlines();
  const [over, prolonged, last] = [late(20), late(20), late(60)];
  for (const item of [over, prolonged, last]) deadlines.add(item);
  deadlines.remove(over);
  prolonged.dueMs += 60_000;
  await waitFor(() => last.expired === 1);
  expect([over.expired, prolonged.expired]).toEqual([0, 0]);
});

test('ends nothing after it was cleared', async () => {
  const deadlines = new Deadlines();
  const item = late(20);
  deadlines.add(item);
  deadlines.clear();
  await sleep(60);
  expect(item.expired).toBe(0);
});
