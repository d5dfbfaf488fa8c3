import { abortableSleep, type AbortOptions } from '@waybill/common';
import { expect, test } from 'vitest';
import { allOrStop } from '../src/index.ts';

const LONG_MS = 1_000_000;

test('gives the results in the order of the items, undefined among them', async () => {
  const work = async (ms: number): Promise<number | undefined> => {
    await abortableSleep(ms);
    return ms === 1 ? undefined : ms;
  };
  expect(await allOrStop([8, 1, 4], work)).toEqual([8, undefined, 4]);
  expect(await allOrStop([], work)).toEqual([]);
});

test('rejects with the first failure, when nothing is under way any more', async () => {
  const failure = new Error('first');
  const ended: number[] = [];
  const work = async (item: number, options: AbortOptions): Promise<void> => {
    try {
      await abortableSleep(item === 2 ? 1 : LONG_MS, options);
      throw failure;
    } finally {
      ended.push(item);
    }
  };
  await expect(allOrStop([1, 2, 3], work)).rejects.toBe(failure);
  expect(ended.toSorted()).toEqual([1, 2, 3]);
});

test('rejects with the reason of the caller', async () => {
  const abort = new AbortController();
  const reason = new Error('enough');
  const all = allOrStop([1, 2], (_item, options) => abortableSleep(LONG_MS, options), { signal: abort.signal });
  abort.abort(reason);
  await expect(all).rejects.toBe(reason);
  let begun = false;
  const none = allOrStop([1], () => Promise.resolve((begun = true)), { signal: abort.signal });
  await expect(none).rejects.toBe(reason);
  expect(begun).toBe(false);
});
