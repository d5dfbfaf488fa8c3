import { createLogger } from '@waybill/http-kit';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runUpkeep } from '../../src/server/upkeep.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** In which minute each run of a task began, whose first runs fail. */
async function runsOf(intervalMs: number, failures: number, duringMs: number): Promise<number[]> {
  const runs: number[] = [];
  let minute = 0;
  const run = () => {
    runs.push(minute);
    return runs.length <= failures ? Promise.reject(new Error('the disk is gone')) : Promise.resolve();
  };
  const logger = createLogger({ name: 'test', stream: { write: () => undefined } });
  const controller = new AbortController();
  const running = runUpkeep({ name: 'A task', firstAfterMs: MINUTE_MS, intervalMs, run }, logger, controller.signal);
  for (; minute * MINUTE_MS < duringMs; minute += 1) await vi.advanceTimersByTimeAsync(MINUTE_MS);
  controller.abort();
  await running;
  return runs;
}

it('runs a task at its interval', async () => {
  expect(await runsOf(DAY_MS, 0, 1.5 * DAY_MS)).toHaveLength(2);
});

it('tries one that failed again within minutes, and not within seconds', async () => {
  const [first = 0, second = 0, third = 0, ...more] = await runsOf(DAY_MS, 2, DAY_MS / 2);
  expect(first).toBeLessThanOrEqual(1);
  for (const pause of [second - first, third - second]) {
    expect(pause).toBeGreaterThan(8);
    expect(pause).toBeLessThan(12);
  }
  expect(more).toEqual([]);
});

it('tries one that failed at its interval where that is shorter', async () => {
  const [first = 0, second = 0] = await runsOf(3 * MINUTE_MS, 1, 10 * MINUTE_MS);
  expect(second - first).toBeLessThan(5);
});
