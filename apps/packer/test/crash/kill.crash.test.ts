import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { matchTempName } from '@waybill/common';
import { seededRandom, spawnChild, temporaryDirectory, tierCount } from '@waybill/test-kit';
import { expect, it } from 'vitest';
import { execute, openTarget, plan, trace, verifyPack } from '../../src/index.ts';
import { sampleProject, writeProject } from '../support/build-project.ts';
import { readTree } from '../support/read-tree.ts';

const KILLS = tierCount({ push: 16, nightly: 400 });
/** A pack of the sample takes some 30 ms; kills are uniform over several of them. */
const LONGEST_MS = 200;
const CHILD = new URL('./fixtures/packing-child.ts', import.meta.url);

async function killed(blend: string, target: string, ms: number): Promise<void> {
  await using child = await spawnChild(CHILD, [blend, target]);
  for await (const line of child.lines) {
    expect(line).toBe('ready');
    break;
  }
  await sleep(ms);
  child.kill('SIGKILL');
  expect((await child.exited).stderr).toBe('');
}

/** Only what is no temp file: those are swept by the next pack into the same folder. */
function finished(tree: Record<string, string>): [string, string][] {
  return Object.entries(tree).filter(([path]) => matchTempName(path.split('/').at(-1) ?? '') === undefined);
}

it('shows only whole files and whole ZIPs under their names, whenever it is killed', async () => {
  await using directory = await temporaryDirectory();
  await writeProject(directory.path, sampleProject(directory.path));
  const blend = join(directory.path, 'project/shot.blend');
  const pack = await plan(blend, trace(blend));
  await execute(pack, await openTarget(join(directory.path, 'whole')));
  const whole = await readTree(join(directory.path, 'whole'));
  const random = seededRandom(7);
  const hits = { packs: 0, partial: 0, zips: 0, tempFiles: 0 };
  for (let kill = 0; kill < KILLS; kill += 1) {
    const folder = join(directory.path, 'packs');
    await mkdir(folder);
    await killed(blend, join(folder, kill % 2 === 0 ? 'pack' : 'pack.zip'), random() * LONGEST_MS);
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      if (name.endsWith('.zip')) {
        expect((await verifyPack(path)).ok).toBe(true);
        hits.zips += 1;
      } else if (matchTempName(name) !== undefined) hits.tempFiles += 1;
      else {
        const tree = await readTree(path);
        for (const [place, digest] of finished(tree)) expect([place, digest]).toEqual([place, whole[place]]);
        hits.tempFiles += Object.keys(tree).length - finished(tree).length;
        if (existsSync(join(path, 'pack-manifest.json'))) {
          expect(Object.fromEntries(finished(tree))).toEqual(whole);
          hits.packs += 1;
        } else hits.partial += 1;
      }
    }
    await rm(folder, { recursive: true });
  }
  console.log(`kill -9 while packing: ${JSON.stringify({ kills: KILLS, ...hits })}`);
  expect(hits.packs).toBeGreaterThan(0);
  expect(hits.partial + hits.tempFiles).toBeGreaterThan(0);
});

it('sweeps what a killed pack has left behind, and completes the pack', async () => {
  await using directory = await temporaryDirectory();
  await writeProject(directory.path, sampleProject(directory.path));
  const blend = join(directory.path, 'project/shot.blend');
  await killed(blend, join(directory.path, 'pack'), 30);
  const pack = await plan(blend, trace(blend));
  await execute(pack, await openTarget(join(directory.path, 'pack-0')));
  const tree = await readTree(join(directory.path, 'pack-0'));
  expect(finished(tree)).toHaveLength(Object.keys(tree).length);
  expect((await verifyPack(join(directory.path, 'pack-0'))).ok).toBe(true);
});
