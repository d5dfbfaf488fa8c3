import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { abortableSleep } from '../src/abortable-sleep.ts';

describe('abortableSleep', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('sleeps as long as it is told, and leaves no listener', async () => {
    const { signal } = new AbortController();
    const done = vi.fn();
    const sleeping = abortableSleep(1000, { signal }).then(done);
    await vi.advanceTimersByTimeAsync(999);
    expect(done).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(done).toHaveBeenCalled();
    await sleeping;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('rejects at once with the reason of the signal, and leaves no timer', async () => {
    const controller = new AbortController();
    const sleeping = abortableSleep(1000, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(sleeping).rejects.toThrow('enough');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('does not start when aborted before', async () => {
    await expect(abortableSleep(1000, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('sleeps for longer than a timer can', async () => {
    const done = vi.fn();
    const days = 30 * 24 * 3600 * 1000;
    void abortableSleep(days).then(done);
    await vi.advanceTimersByTimeAsync(days - 1);
    expect(done).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(done).toHaveBeenCalled();
  });
});
