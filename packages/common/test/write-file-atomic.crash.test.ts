import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom, spawnChild, temporaryDirectory, tierCount } from '@waybill/test-kit';
import { expect, test } from 'vitest';
import { defaultTempName } from '../src/temp-name.ts';
import { formatTempMark, tempMark } from '../src/temp-mark.ts';
import { decodeState, encodeState, type LoopStep, versionContent } from './fixtures/loop-state.ts';

const child = new URL('fixtures/loop-writer.ts', import.meta.url);

/**
 * The narrowest phase, from the sync to the rename, is some 30 µs of a write. Half of the children are killed as they are;
 * the other half spin after each step for up to this many milliseconds, which widens all phases alike and moves no call.
 */
const DWELL_MS = 0.5;
const WRITES_OF_A_RUN = 10;
const LEAST_HITS = 5;

/**
 * Two children at a time, each with a folder of its own: while one starts, the other one writes. The contents of the first
 * are written at once, those of the second in the thread pool.
 */
const laneSizes = [64 * 1024, 320 * 1024];

interface Lane {
  directory: string;
  state: string;
  sizeBytes: number;
  strangers: string[];
  runMs: Record<Kind, number>;
}

type Kind = 'plain' | 'dwelling';

interface Report {
  kills: number;
  /** Temp files that killed children left and later ones removed. */
  swept: number;
  /** By the last step that the child had reached. */
  hits: Record<Kind, Record<LoopStep, number>>;
}

async function openLane(directory: string, sizeBytes: number): Promise<Lane> {
  const state = `${directory}.state`;
  await mkdir(directory);
  writeFileSync(state, encodeState(0, 'started'));
  const lane = {
    directory,
    state,
    sizeBytes,
    strangers: await createStrangers(directory),
    runMs: { plain: 0, dwelling: 0 },
  };
  for (const kind of ['plain', 'dwelling'] as const) lane.runMs[kind] = await measureRun(lane, kind);
  return lane;
}

/** Files that look like temp files and are nobody's business: of a living process, of another machine, of other programs. */
async function createStrangers(directory: string): Promise<string[]> {
  const elsewhere = formatTempMark({ place: '0123456789ab', pid: 1, startTicks: 1 });
  const old = '2026-11-21T00-temp-af1c.ts';
  const names = [defaultTempName(tempMark(), 1), defaultTempName(elsewhere, 1), '.waybill.nomark.1.temp', old];
  for (const name of names) writeFileSync(join(directory, name), 'not yours');
  await utimes(join(directory, old), 0, 0);
  return names.sort();
}

function startChild(lane: Lane, kind: Kind, writes: number): ReturnType<typeof spawnChild> {
  return spawnChild(
    child,
    [lane.directory, lane.state, lane.sizeBytes, writes, kind === 'plain' ? 0 : DWELL_MS].map(String),
  );
}

async function measureRun(lane: Lane, kind: Kind): Promise<number> {
  await using run = await startChild(lane, kind, WRITES_OF_A_RUN);
  let startedAt = 0;
  for await (const line of run.lines) {
    if (line === 'done') return performance.now() - startedAt;
    startedAt = performance.now();
  }
  throw new Error(`the child failed: ${(await run.exited).stderr}`);
}

/** Starts a child, kills it at a time uniform over the measured run, and judges what it left behind. */
async function killOnce(lane: Lane, kind: Kind, random: () => number, report: Report): Promise<void> {
  // More writes than a run has: one that is quicker than the measured one must not end before the kill.
  await using run = await startChild(lane, kind, WRITES_OF_A_RUN * 1000);
  for await (const line of run.lines) {
    const { mark, swept } = JSON.parse(line) as { mark: string; swept: string[] };
    report.swept += swept.length;
    await expectOnlyStrangers(lane, mark);
    break;
  }
  await sleep(random() * lane.runMs[kind]);
  run.kill('SIGKILL');
  const { signal, stderr } = await run.exited;
  expect(signal, stderr).toBe('SIGKILL');
  report.hits[kind][expectOldOrNew(lane)] += 1;
  report.kills += 1;
}

/** A child sweeps before it writes: of its predecessors nothing is left, of everybody else everything. */
async function expectOnlyStrangers(lane: Lane, ownMark: string): Promise<void> {
  const names = await readdir(lane.directory);
  expect(names.filter((name) => name !== 'target' && !name.includes(ownMark)).sort()).toEqual(lane.strangers);
}

/** The old version until the rename, the new one from then on; either where the child could not yet note the rename. */
function expectOldOrNew({ directory, state, sizeBytes }: Lane): LoopStep {
  const { version, step } = decodeState(readFileSync(state));
  const found = readFileSync(join(directory, 'target'));
  const allowed = step === 'closed' ? [version - 1, version] : isRenamed(step) ? [version] : [version - 1];
  expect(
    allowed.some((one) => found.equals(versionContent(one, sizeBytes))),
    `${found.length} bytes beginning with ${found.toString('hex', 0, 4)} after ${step} of ${version}`,
  ).toBe(true);
  return step;
}

function isRenamed(step: LoopStep): boolean {
  return step === 'renamed' || step === 'directory-synced';
}

function noHits(): Record<LoopStep, number> {
  return { started: 0, opened: 0, written: 0, synced: 0, closed: 0, renamed: 0, 'directory-synced': 0 };
}

/** The phases of a write, by the last step noted; `started` is the time between two writes, when all of the first one is done. */
const phases: Record<string, readonly LoopStep[]> = {
  open: ['opened'],
  written: ['written'],
  synced: ['synced', 'closed'],
  renamed: ['renamed'],
  'directory synced': ['directory-synced', 'started'],
};

function countPhases({ plain, dwelling }: Report['hits']): Record<string, number> {
  const sum = (steps: readonly LoopStep[]): number =>
    steps.reduce((all, step) => all + plain[step] + dwelling[step], 0);
  return Object.fromEntries(Object.entries(phases).map(([phase, steps]) => [phase, sum(steps)]));
}

/** Goes on past the planned kills, at most half as many again, while chance has left a phase with too few of them. */
async function runLane(lane: Lane, kills: number, report: Report): Promise<void> {
  const random = seededRandom(lane.sizeBytes);
  const isShort = (): boolean => Object.values(countPhases(report.hits)).some((count) => count < LEAST_HITS);
  for (let kill = 0; kill < kills || (kill < kills * 1.5 && isShort()); kill += 1) {
    await killOnce(lane, kill % 2 === 0 ? 'plain' : 'dwelling', random, report);
  }
}

test('leaves the old or the new file, whole, whenever the writer is killed; the next one sweeps its own kind only', async () => {
  await using root = await temporaryDirectory();
  const report: Report = { kills: 0, swept: 0, hits: { plain: noHits(), dwelling: noHits() } };
  const kills = tierCount({ push: 200, nightly: 1000 });
  const lanes = await Promise.all(
    laneSizes.map((sizeBytes) => openLane(join(root.path, String(sizeBytes)), sizeBytes)),
  );
  await Promise.all(lanes.map((lane) => runLane(lane, kills / lanes.length, report)));
  const hits = countPhases(report.hits);
  console.log(`${report.kills} kills by phase ${JSON.stringify(hits)}, by step ${JSON.stringify(report)}`);

  expect(report.kills).toBeGreaterThanOrEqual(kills);
  for (const [phase, count] of Object.entries(hits)) expect(count, phase).toBeGreaterThanOrEqual(LEAST_HITS);
  // Every kill between the opening and the rename leaves one, and the last one of each lane is not swept any more.
  expect(report.swept).toBeGreaterThanOrEqual(kills / 10);
});
