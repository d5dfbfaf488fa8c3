import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { abortableIterable } from '../src/abortable-iterable.ts';

async function* numbers(onEnd: () => void = () => undefined): AsyncGenerator<number> {
  try {
    for (let number = 1; number <= 3; number += 1) yield await Promise.resolve(number);
  } finally {
    onEnd();
  }
}

test('passes everything on, and leaves no listener', async () => {
  const { signal } = new AbortController();
  expect(await Array.fromAsync(abortableIterable(numbers(), { signal }))).toEqual([1, 2, 3]);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('ends the source when its reader leaves early', async () => {
  let ended = false;
  for await (const number of abortableIterable(numbers(() => (ended = true)))) if (number === 2) break;
  expect(ended).toBe(true);
});

test('rejects at once when aborted while the source gives nothing, and tells the source', async () => {
  const controller = new AbortController();
  let told = false;
  const stuck: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise(() => undefined),
      return: () => {
        told = true;
        return new Promise(() => undefined);
      },
    }),
  };
  const reading = Array.fromAsync(abortableIterable(stuck, { signal: controller.signal }));
  controller.abort(new Error('enough'));
  await expect(reading).rejects.toThrow('enough');
  expect(told).toBe(true);
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});

test('passes an error of the source on', async () => {
  const failing = (async function* () {
    yield 1;
    await Promise.reject(new Error('source failed'));
  })();
  await expect(Array.fromAsync(abortableIterable(failing))).rejects.toThrow('source failed');
});
