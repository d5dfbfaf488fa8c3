import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { OriginSlots } from '../src/origin-slots.ts';

async function settle(): Promise<void> {
  await turn();
  await turn();
}

test('grants up to the limit at once, and the rest in order as slots are given back', async () => {
  const slots = new OriginSlots(2);
  const granted: number[] = [];
  for (const number of [1, 2, 3, 4]) slots.acquire('a', () => granted.push(number));
  expect(granted).toEqual([1, 2]);
  slots.release('a');
  await settle();
  expect(granted).toEqual([1, 2, 3]);
  slots.release('a');
  slots.release('a');
  await settle();
  expect(granted).toEqual([1, 2, 3, 4]);
});

test('counts each origin for itself', () => {
  const slots = new OriginSlots(1);
  const granted: string[] = [];
  for (const origin of ['a', 'b', 'a']) slots.acquire(origin, () => granted.push(origin));
  expect(granted).toEqual(['a', 'b']);
});

test('forgets who left the queue', async () => {
  const slots = new OriginSlots(1);
  const granted: number[] = [];
  slots.acquire('a', () => granted.push(1));
  const second = (): unknown => granted.push(2);
  slots.acquire('a', second);
  slots.acquire('a', () => granted.push(3));
  slots.leave('a', second);
  slots.leave('b', second);
  slots.release('a');
  await settle();
  expect(granted).toEqual([1, 3]);
});

test('waits for a connection that is about to be free instead of having another one opened', async () => {
  const slots = new OriginSlots(10);
  const granted: number[] = [];
  slots.acquire('a', () => granted.push(1));
  slots.release('a');
  slots.acquire('a', () => granted.push(2));
  slots.acquire('a', () => granted.push(3));
  expect(granted).toEqual([1, 3]);
  await settle();
  expect(granted).toEqual([1, 3, 2]);
});
