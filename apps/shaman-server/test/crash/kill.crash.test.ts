import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom, temporaryDirectory, tierCount } from '@waybill/test-kit';
import { expect, it } from 'vitest';
import { testFile } from '../support/test-server.ts';
import { addGarbage, halfCheckouts, halfFiles, leftovers, lostCheckouts, lostFiles } from './support/check-storage.ts';
import { startServerProcess } from './support/server-process.ts';
import type { ServerProcess } from './support/server-process.ts';
import { Acknowledged, ShamanLoad } from './support/shaman-load.ts';

const KILLS = tierCount({ push: 40, nightly: 1000 });
/** Storages that are worked on at the same time: while one program starts, the other one works. */
const LANES = 2;
const CLIENTS = 8;
/** The load runs for some time of up to this, uniformly: a checkout or a collection takes some milliseconds of it. */
const LONGEST_MS = 250;

const hits = { kills: 0, inFlight: 0, leavingUploads: 0, leavingBuildings: 0, files: 0, checkouts: 0, collections: 0 };

async function killAgainAndAgain(kills: number, seed: number): Promise<void> {
  const random = seededRandom(seed);
  await using directory = await temporaryDirectory();
  const { path } = directory;
  const done = new Acknowledged();
  for (let kill = 0; kill < kills; kill++) {
    for (let count = 0; count < 20; count++) addGarbage(path, testFile('old', `garbage ${seed} ${kill} ${count}`));
    const checked = { files: done.files.length, checkouts: done.checkouts.length };
    await using server = await startServerProcess(path);
    await expectNothingUploading(server.url, done);
    done.unanswered.files.clear();
    done.unanswered.checkouts.clear();
    const load = new ShamanLoad(server.url, done, random).run(CLIENTS);
    const [, ended] = await Promise.allSettled([killLater(server, random() * LONGEST_MS), load]);
    if (ended.status === 'rejected') throw ended.reason;
    await server.child.exited;
    count(path, done);
    expect(lostFiles(path, done.files.slice(checked.files))).toEqual([]);
    expect(lostCheckouts(path, done.checkouts.slice(checked.checkouts))).toEqual([]);
    expect(halfFiles(path, done.unanswered.files)).toEqual([]);
    expect(halfCheckouts(path, done.unanswered.checkouts)).toEqual([]);
  }
  expect(lostFiles(path, done.files)).toEqual([]);
  expect(lostCheckouts(path, done.checkouts)).toEqual([]);
  await using server = await startServerProcess(path);
  expect(leftovers(path).buildings).toBe(0);
  const { swept } = (await (await fetch(`${server.url}/waybill/v1/gc`, { method: 'POST' })).json()) as {
    swept: object;
  };
  expect(swept).toBeDefined();
  expect(leftovers(path).uploads).toBe(0);
  hits.files += done.files.length;
  hits.checkouts += done.checkouts.length;
  hits.collections += done.collections;
}

async function killLater({ child }: ServerProcess, ms: number): Promise<void> {
  await sleep(ms);
  child.kill('SIGKILL');
}

function count(path: string, { unanswered }: Acknowledged): void {
  const { uploads, buildings } = leftovers(path);
  hits.kills += 1;
  if (unanswered.files.size + unanswered.checkouts.size > 0) hits.inFlight += 1;
  if (uploads > 0) hits.leavingUploads += 1;
  if (buildings > 0) hits.leavingBuildings += 1;
}

/** What was in flight at the last kill is unknown or stored now; never "uploading" for ever. */
async function expectNothingUploading(url: string, { unanswered }: Acknowledged): Promise<void> {
  for (const { name } of [...unanswered.files].slice(0, 10)) {
    const answer = await fetch(`${url}/api/v3/shaman/files/${name}`);
    expect(((await answer.json()) as { status: string }).status).not.toBe('uploading');
  }
}

it('loses nothing that it has acknowledged, and shows nothing half, when it is killed under load', async () => {
  const lanes = Array.from({ length: LANES }, (_lane, index) => killAgainAndAgain(Math.ceil(KILLS / LANES), index + 1));
  await Promise.all(lanes);
  console.log(`kill -9 under load: ${JSON.stringify(hits)}`);
  expect(hits.inFlight).toBeGreaterThan(KILLS / 2);
  expect(hits.leavingUploads).toBeGreaterThanOrEqual(5);
  expect(hits.leavingBuildings).toBeGreaterThanOrEqual(1);
}, 3_600_000);
