import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatBlobKey } from '@waybill/blob-store';
import { keyOf } from '@waybill/blob-store/suite';
import { seededRandom, spawnChild, temporaryDirectory, tierCount } from '@waybill/test-kit';
import { expect, test } from 'vitest';
import { createFsBlobStore } from '../src/index.ts';

const child = new URL('fixtures/loop-putter.ts', import.meta.url);
const ROUNDS_OF_A_RUN = 5;
/** A store grows with each run; a new one now and then keeps the checks quick. */
const KILLS_PER_STORE = 10;

interface Report {
  kills: number;
  acknowledged: number;
  /** Blobs that were in place when the kill came and that nobody had been told of. */
  unacknowledged: number;
  /** Files in `uploading/` that a kill left behind. */
  strays: number;
}

async function measureRun(root: string): Promise<number> {
  await using run = await spawnChild(child, [root, 'measured', String(ROUNDS_OF_A_RUN)]);
  let readyAt = 0;
  for await (const line of run.lines) {
    if (line.startsWith('ready')) readyAt = performance.now();
    if (line === 'done') return performance.now() - readyAt;
  }
  throw new Error(`the child failed: ${(await run.exited).stderr}`);
}

/** @returns What was acknowledged before the kill. */
async function killOnce(root: string, prefix: string, afterMs: number): Promise<string[]> {
  await using run = await spawnChild(child, [root, prefix, '100000']);
  for await (const _ready of run.lines) break;
  await sleep(afterMs);
  run.kill('SIGKILL');
  const { signal, stdout, stderr } = await run.exited;
  expect(signal, stderr).toBe('SIGKILL');
  return stdout.split('\n').flatMap((line) => (line.startsWith('ack ') ? [line.slice('ack '.length)] : []));
}

function filesUnder(root: string): string[] {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Every blob is what its path says, and every acknowledged one is there. @returns All of them. */
async function expectWhole(root: string, acknowledged: readonly string[]): Promise<Set<string>> {
  const store = await createFsBlobStore({ root });
  const found = new Set<string>();
  for await (const { key } of store.list()) {
    expect(formatBlobKey(keyOf(readFileSync(store.blobPath(key))))).toBe(formatBlobKey(key));
    found.add(formatBlobKey(key));
  }
  for (const name of acknowledged) expect(found, `${name} was acknowledged`).toContain(name);
  await store.close();
  return found;
}

/** After a sweep there is nothing left in `uploading/` but partial uploads, and what is nobody's of ours. */
async function expectSwept(root: string, strangers: readonly string[]): Promise<void> {
  const store = await createFsBlobStore({ root });
  await store.sweep();
  const left = filesUnder(join(root, 'uploading')).map((path) => basename(path));
  expect(left.filter((name) => !name.endsWith('.partial')).sort()).toEqual(strangers);
  await store.close();
}

/** Of an original that is running on the same folder, and of a process of ours on another machine. */
async function createStrangers(root: string): Promise<string[]> {
  const directory = join(root, 'uploading', '00', '0'.repeat(62));
  const names = ['5-0123456789abp1s1n1.tmp', '7-718281828.tmp', 'a note.txt'];
  await mkdir(directory, { recursive: true });
  for (const name of names) await writeFile(join(directory, name), 'not yours');
  await utimes(join(directory, 'a note.txt'), 0, 0);
  return names;
}

test('keeps every acknowledged blob and shows nothing half, whenever the process is killed; the next one sweeps its own kind only', async () => {
  await using directory = await temporaryDirectory();
  const runMs = await measureRun(join(directory.path, 'measured'));
  const kills = tierCount({ push: 25, nightly: 1000 });
  const random = seededRandom(20261121);
  const report: Report = { kills: 0, acknowledged: 0, unacknowledged: 0, strays: 0 };
  let [root, strangers, acknowledged]: [string, string[], Set<string>] = ['', [], new Set()];
  let known = new Set<string>();
  for (; report.kills < kills; report.kills += 1) {
    if (report.kills % KILLS_PER_STORE === 0) {
      if (root !== '') await expectSwept(root, strangers);
      await rm(root, { recursive: true, force: true });
      root = join(directory.path, `store ${report.kills}`);
      [strangers, acknowledged, known] = [await createStrangers(root), new Set(), new Set()];
    }
    const acks = await killOnce(root, `kill ${report.kills}`, random() * runMs);
    for (const name of acks) acknowledged.add(name);
    const found = await expectWhole(root, [...acknowledged]);
    report.acknowledged += acks.length;
    report.unacknowledged += [...found].filter((name) => !known.has(name) && !acknowledged.has(name)).length;
    report.strays += filesUnder(join(root, 'uploading')).filter((path) => path.endsWith('.tmp')).length - 2;
    known = found;
  }
  await expectSwept(root, strangers);
  console.log(`${runMs.toFixed(0)} ms a run, ${JSON.stringify(report)}`);
  expect(report.acknowledged).toBeGreaterThan(kills);
  expect(report.strays).toBeGreaterThan(0);
  expect(report.unacknowledged).toBeGreaterThan(0);
});
