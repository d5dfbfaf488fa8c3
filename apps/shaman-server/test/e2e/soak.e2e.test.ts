import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom, skipWithout, temporaryDirectory, testTier, tierCount, waitFor } from '@waybill/test-kit';
import { expect, it } from 'vitest';
import { startServerProcess } from '../crash/support/server-process.ts';
import { HttpCaller } from '../support/http-caller.ts';
import { hasProcessFigures, mean, openDescriptors, quantile, residentBytes } from './support/process-figures.ts';
import { readMetric } from './support/read-metric.ts';
import { LONG_KINDS, SoakLoad } from './support/soak-load.ts';

const SECONDS = tierCount({ push: 10, nightly: 1800, release: 300 });
const WARM_UP_SECONDS = Math.max(2, SECONDS / 10);
const CLIENTS = 8;
const SAMPLE_MS = 100;
const MIB = 1024 * 1024;
/** A heap breathes: within seconds by tens of MiB, and a leak of one small request in a hundred shows in minutes. */
const LARGEST_GROWTH = 1.2;
const BREATH_BYTES = 48 * MIB;
const LARGEST_P99_MS = 50;

async function sampleUntil(ended: Promise<void>, pid: number): Promise<number[]> {
  const samples: number[] = [];
  const sample = setInterval(() => samples.push(residentBytes(pid)), SAMPLE_MS);
  try {
    await ended;
    return samples;
  } finally {
    clearInterval(sample);
  }
}

/** What the disk takes for one small file meanwhile, in milliseconds: no durable upload is quicker. */
async function syncUntil(ended: Promise<void>, folder: string): Promise<number[]> {
  const times: number[] = [];
  const over = new AbortController();
  void ended.finally(() => over.abort());
  while (!over.signal.aborted) {
    const startedMs = performance.now();
    await writeFile(join(folder, 'floor'), Buffer.alloc(8192), { flush: true });
    times.push(performance.now() - startedMs);
    await sleep(SAMPLE_MS);
  }
  return times;
}

it('keeps its memory and its descriptors, and fails nothing, under a mixed load', async (test) => {
  if (!hasProcessFigures()) skipWithout(test, 'there is no /proc');
  await using directory = await temporaryDirectory();
  await using server = await startServerProcess(directory.path, ['--no-gc', '--gc-max-age', '5s', '--no-scrub']);
  const { pid } = server.child;
  const caller = new HttpCaller(server.url);
  const load = new SoakLoad(caller, seededRandom(1));
  await load.run(CLIENTS, WARM_UP_SECONDS * 1000);
  caller[Symbol.dispose]();
  await lateness(server.url);
  const idle = await settledDescriptors(pid);
  using later = new HttpCaller(server.url);
  const measured = new SoakLoad(later, seededRandom(2));
  const running = measured.run(CLIENTS, SECONDS * 1000);
  const [samples, floor] = await Promise.all([sampleUntil(running, pid), syncUntil(running, directory.path)]);
  later[Symbol.dispose]();

  const { failures, times } = measured.tallies;
  const small = [...times].filter(([kind]) => !LONG_KINDS.includes(kind)).flatMap(([, ms]) => ms);
  const p99 = quantile(small, 0.99);
  const quarter = Math.floor(samples.length / 4);
  const [second, last] = [mean(samples.slice(quarter, 2 * quarter)), mean(samples.slice(3 * quarter))];
  console.log(`soak of ${SECONDS} s, count and p50/p99/max in ms: ${[...times].map(timesText).join(', ')}`);
  console.log(
    `soak: p99 of small requests ${p99.toFixed(1)} ms beside ${quantile(floor, 0.99).toFixed(1)} ms of a write and sync; ` +
      `event loop late by ${await lateness(server.url)} ms; ` +
      `memory ${(second / MIB).toFixed(1)} MiB, then ${(last / MIB).toFixed(1)}; descriptors ${idle}, then ${openDescriptors(pid)}`,
  );
  expect([...load.tallies.failures, ...failures]).toEqual([]);
  expect(times.size).toBe(8);
  expect(last).toBeLessThan(second * LARGEST_GROWTH + BREATH_BYTES);
  await waitFor(() => Math.abs(openDescriptors(pid) - idle) <= 5, { what: 'as many descriptors as before' });
  // Where a bare write and sync takes longer than that, no server can be quicker.
  if (testTier() !== 'push') expect(p99).toBeLessThan(Math.max(LARGEST_P99_MS, quantile(floor, 0.99)));
});

/** Connections close some time after the client let them go. */
async function settledDescriptors(pid: number): Promise<number> {
  for (let before = openDescriptors(pid); ;) {
    await sleep(200);
    const now = openDescriptors(pid);
    if (now === before) return now;
    before = now;
  }
}

function timesText([kind, ms]: [string, number[]]): string {
  return `${kind} ${ms.length} ${[0.5, 0.99, 1].map((share) => quantile(ms, share).toFixed(1)).join('/')}`;
}

/** At the p99 and at the most, in the server, since it was asked last: what it does in one piece, and what others do meanwhile. */
async function lateness(url: string): Promise<string> {
  using caller = new HttpCaller(url);
  const page = (await caller.call('/metrics')).body.toString();
  const ms = ['p99', 'max'].map((which) => 1000 * readMetric(page, `nodejs_eventloop_lag_${which}_seconds`));
  return ms.map((each) => each.toFixed(1)).join('/');
}
