import { join } from 'node:path';
import { seededRandom, temporaryDirectory, tierCount } from '@waybill/test-kit';
import { expect, it } from 'vitest';
import { type KillHits, KillLane } from './support/kill-lane.ts';
import { noPhases } from './support/kill-phases.ts';

/** A point is a storage under load whose server is killed. */
const POINTS = tierCount({ push: 300, nightly: 1000 });
/** Processes at the same time: while one starts, the other one works. */
const LANES = 2;
/** Starting a process costs more than all the rest: so one kill hits the servers of several storages. */
const STORAGES = 6;
const CLIENTS_PER_STORAGE = 4;
/** Of each phase; less would say that the load is not what it should be. */
const LEAST_HITS = 5;

it('loses nothing that it has acknowledged, and shows nothing half, when it is killed under load', async () => {
  await using directory = await temporaryDirectory();
  const hits: KillHits = { ...{ kills: 0, points: 0, files: 0, checkouts: 0, collections: 0 }, phases: noPhases() };
  const lanes = Array.from({ length: LANES }, async (_lane, index) => {
    const lane = new KillLane({
      ...{ hits, storages: STORAGES, clientsPerStorage: CLIENTS_PER_STORAGE },
      directory: join(directory.path, `lane${index}`),
      random: seededRandom(index + 1),
    });
    for (let points = 0; points < POINTS / LANES; points += STORAGES) await lane.kill();
    await lane.finish();
  });
  await Promise.all(lanes);
  console.log(`kill -9 under load: ${JSON.stringify(hits)}`);
  expect(hits.points).toBeGreaterThanOrEqual(POINTS);
  for (const [phase, count] of Object.entries(hits.phases)) expect(count, phase).toBeGreaterThanOrEqual(LEAST_HITS);
}, 3_600_000);
