import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { matchTempName } from '@waybill/common';
import { seededRandom, spawnChild, temporaryDirectory, tierCount } from '@waybill/test-kit';
import { expect, it } from 'vitest';
import { execute, openTarget, plan, trace, verifyPack } from '../../src/index.ts';
import { sampleProject, writeProject } from '../support/build-project.ts';
import { readTree } from '../support/read-tree.ts';

const PHASES = ['tracing', 'writing', 'closing'] as const;
const TARGETS = ['pack', 'pack.zip'] as const;
/** Kills in each phase of a pack to each kind of target. */
const HITS = tierCount({ push: 5, nightly: 80 });
/** Kills that were meant for a phase may come when it is over. */
const MOST_KILLS = 4 * HITS * PHASES.length * TARGETS.length;
/** The first packs of a process take longer than those that follow. */
const ROUNDS = 3;
/** Phases take some milliseconds each. */
const LATEST_MS = 4;
const CHILD = new URL('./fixtures/packing-child.ts', import.meta.url);

interface Shot {
  readonly phase: string;
  /** How often the phase is to have begun before. */
  readonly round: number;
  readonly delayMs: number;
}

/** Resolves with what the process was about to do when it was killed. */
async function killed(blend: string, target: string, { phase, round, delayMs }: Shot): Promise<string> {
  await using child = await spawnChild(CHILD, [blend, target]);
  let begun = 0;
  let last = '';
  let shot: Promise<unknown> | undefined;
  for await (const line of child.lines) {
    last = line;
    if (line === phase) begun += 1;
    if (begun > round) shot ??= sleep(delayMs).then(() => child.kill('SIGKILL'));
  }
  await shot;
  expect((await child.exited).stderr).toBe('');
  return last;
}

/** Only what is no temp file: those are swept by the next pack into the same folder. */
function finished(tree: Record<string, string>): [string, string][] {
  return Object.entries(tree).filter(([path]) => matchTempName(path.split('/').at(-1) ?? '') === undefined);
}

it(
  'shows only whole files and whole ZIPs under their names, in whatever phase it is killed',
  { timeout: 240_000 },
  async () => {
    await using directory = await temporaryDirectory();
    await writeProject(directory.path, sampleProject(directory.path));
    const blend = join(directory.path, 'project/shot.blend');
    const pack = await plan(blend, trace(blend));
    await execute(pack, await openTarget(join(directory.path, 'whole')));
    const whole = await readTree(join(directory.path, 'whole'));
    const random = seededRandom(7);
    const wanted = TARGETS.flatMap((target) => PHASES.map((phase) => ({ target, phase })));
    const hits = new Map(wanted.map(({ target, phase }) => [`${phase} ${target}`, 0]));
    const hitsOf = (target: string, phase: string): number => hits.get(`${phase} ${target}`) ?? 0;
    const seen = { packs: 0, partial: 0, zips: 0, tempFiles: 0 };
    let kills = 0;
    for (; kills < MOST_KILLS; kills += 1) {
      const least = wanted.find(({ target, phase }) => hitsOf(target, phase) < HITS);
      if (least === undefined) break;
      const folder = join(directory.path, 'packs');
      await mkdir(folder);
      const shot = { phase: least.phase, round: Math.floor(random() * ROUNDS), delayMs: random() * LATEST_MS };
      const phase = await killed(blend, join(folder, least.target), shot);
      hits.set(`${phase} ${least.target}`, hitsOf(least.target, phase) + 1);
      for (const name of await readdir(folder)) await look(join(folder, name), whole, seen);
      await rm(folder, { recursive: true });
    }
    console.log(`kill -9 while packing: ${JSON.stringify({ kills, ...Object.fromEntries(hits), ...seen })}`);
    for (const [where, count] of hits) expect([where, count >= HITS]).toEqual([where, true]);
    expect(seen.packs).toBeGreaterThan(0);
    expect(seen.zips).toBeGreaterThan(0);
    expect(seen.partial + seen.tempFiles).toBeGreaterThan(0);
  },
);

/** One of the packs that a killed process has left. */
async function look(
  path: string,
  whole: Record<string, string>,
  seen: { packs: number; partial: number; zips: number; tempFiles: number },
): Promise<void> {
  const name = basename(path);
  if (matchTempName(name) !== undefined) {
    seen.tempFiles += 1;
  } else if (name.endsWith('.zip')) {
    expect((await verifyPack(path)).ok).toBe(true);
    seen.zips += 1;
  } else {
    const tree = await readTree(path);
    for (const [place, digest] of finished(tree)) expect([place, digest]).toEqual([place, whole[place]]);
    seen.tempFiles += Object.keys(tree).length - finished(tree).length;
    const isComplete = existsSync(join(path, 'pack-manifest.json'));
    if (isComplete) expect(Object.fromEntries(finished(tree))).toEqual(whole);
    seen[isComplete ? 'packs' : 'partial'] += 1;
  }
}

it('sweeps what a killed pack has left behind, and completes the pack', async () => {
  await using directory = await temporaryDirectory();
  await writeProject(directory.path, sampleProject(directory.path));
  const blend = join(directory.path, 'project/shot.blend');
  await killed(blend, join(directory.path, 'pack'), { phase: 'writing', round: 0, delayMs: 2 });
  const pack = await plan(blend, trace(blend));
  await execute(pack, await openTarget(join(directory.path, 'pack-0')));
  const tree = await readTree(join(directory.path, 'pack-0'));
  expect(finished(tree)).toHaveLength(Object.keys(tree).length);
  expect((await verifyPack(join(directory.path, 'pack-0'))).ok).toBe(true);
});
