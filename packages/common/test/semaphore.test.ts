import { setImmediate as tick } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Semaphore } from '../src/semaphore.ts';

test('lets no more in at once than it has permits, in the order in which they came', async () => {
  const semaphore = new Semaphore(2);
  const order: number[] = [];
  let inside = 0;
  let most = 0;
  const work = (id: number) => async (): Promise<void> => {
    order.push(id);
    most = Math.max(most, ++inside);
    await tick();
    inside -= 1;
  };
  await Promise.all([1, 2, 3, 4, 5].map((id) => semaphore.run(work(id))));
  expect(most).toBe(2);
  expect(order).toEqual([1, 2, 3, 4, 5]);
  expect([semaphore.available, semaphore.waiting]).toEqual([2, 0]);
});

test('gives the permit back when the work fails', async () => {
  const semaphore = new Semaphore(1);
  await expect(semaphore.run(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(semaphore.available).toBe(1);
});

test('counts a permit that is released twice once', async () => {
  const semaphore = new Semaphore(1);
  const permit = await semaphore.acquire();
  permit.release();
  permit.release();
  expect(semaphore.available).toBe(1);
});

test('takes an aborted caller out of the queue, and lets the next one in', async () => {
  const semaphore = new Semaphore(1);
  const permit = await semaphore.acquire();
  const controller = new AbortController();
  const aborted = semaphore.acquire({ signal: controller.signal });
  const next = semaphore.acquire();
  controller.abort(new Error('enough'));
  await expect(aborted).rejects.toThrow('enough');
  expect(semaphore.waiting).toBe(1);
  permit.release();
  (await next).release();
  expect(semaphore.available).toBe(1);
});

test('gives no permit to who is aborted from the start', async () => {
  const semaphore = new Semaphore(1);
  await expect(semaphore.acquire({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  expect(semaphore.available).toBe(1);
});

test('keeps the permit of a caller who is aborted after having been let in', async () => {
  const semaphore = new Semaphore(1);
  const controller = new AbortController();
  const first = await semaphore.acquire();
  const second = semaphore.acquire({ signal: controller.signal });
  first.release();
  controller.abort();
  const permit = await second;
  expect(semaphore.available).toBe(0);
  permit.release();
  expect(semaphore.available).toBe(1);
});

test.each([0, -1, 1.5, Number.NaN])('refuses %d permits', (permits) => {
  expect(() => new Semaphore(permits)).toThrow(RangeError);
});
