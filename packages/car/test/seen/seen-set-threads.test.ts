import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { tierCount } from '@waybill/test-kit';
import { afterAll, describe, expect, it } from 'vitest';
import { createSeenSet, type SharedSeenSet } from '../../src/index.ts';
import type { SeenWork } from '../support/seen-worker.ts';

const RUNS = 20;
const KEYS = tierCount({ push: 100_000, nightly: 1_000_000 });

interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

const workers = Array.from(
  { length: 3 },
  () =>
    new Worker(new URL('../support/seen-worker.ts', import.meta.url), { execArgv: ['--conditions=@waybill/source'] }),
);

afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.terminate()));
});

/** Gives each range to a worker, and begins with all at once; gives how many keys each of them added. */
async function addInWorkers(shared: SharedSeenSet, ranges: readonly Range[]): Promise<number[]> {
  const gate = new SharedArrayBuffer(4);
  const working = ranges.map(async (range, at) => {
    const work: SeenWork = { shared, gate, workers: ranges.length, ...range };
    const answer = once(workers[at]!, 'message');
    workers[at]!.postMessage(work);
    return ((await answer) as [number])[0];
  });
  return await Promise.all(working);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

describe('a seen set that two threads fill', () => {
  it(`gives each of ${KEYS} same keys to exactly one of them, ${RUNS} times`, async () => {
    const shares: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const set = createSeenSet({ expectedEntries: KEYS });
      // In most runs both go the same way, and meet at nearly every key.
      const step = run % 4 === 3 ? 7919 : 1;
      const added = await addInWorkers(set.shared, [
        { from: 0, to: KEYS, step: 1 },
        { from: 0, to: KEYS, step },
      ]);
      expect(sum(added), `run ${run}`).toBe(KEYS);
      expect(set.size).toBe(KEYS);
      shares.push(added[0]! / KEYS);
    }
    // That one is always first would show that they never met.
    expect(shares.some((share) => share > 0.02 && share < 0.98)).toBe(true);
  }, 120_000);

  it('keeps all keys where their ranges overlap in part, with three of them', async () => {
    const set = createSeenSet({ expectedEntries: KEYS });
    const part = Math.floor(KEYS / 4);
    const added = await addInWorkers(set.shared, [
      { from: 0, to: 2 * part, step: 1 },
      { from: part, to: 3 * part, step: 7919 },
      { from: 2 * part, to: 4 * part, step: 104_729 },
    ]);
    expect([sum(added), set.size]).toEqual([4 * part, 4 * part]);
  });
});
