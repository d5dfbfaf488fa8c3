import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { watchProgress } from '../../src/status/watch-progress.ts';

test('ends what does not move', async () => {
  using watch = watchProgress(undefined, 40);
  await expect.poll(() => watch.signal.aborted).toBe(true);
  expect(watch.signal.reason).toMatchObject({ code: 'ERR_EXPORT_STALLED', retryable: true });
});

test('lets go on what moves, and what it watches no longer', async () => {
  using watch = watchProgress(undefined, 2000);
  watch.moved();
  using stopped = watchProgress(undefined, 20);
  stopped.stop();
  await sleep(100);
  expect(watch.signal.aborted).toBe(false);
  expect(stopped.signal.aborted).toBe(false);
});

test('hears the signal that it was given', () => {
  const controller = new AbortController();
  using watch = watchProgress(controller.signal);
  controller.abort(new Error('enough'));
  expect(watch.signal.reason).toEqual(new Error('enough'));
});
