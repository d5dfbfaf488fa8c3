import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ChildExit,
  runProgram,
  seededRandom,
  skipWithout,
  spawnChild,
  temporaryDirectory,
  type TemporaryDirectory,
  tierCount,
  withTmpfs,
} from '@waybill/test-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeChain } from '../support/write-chain.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url);
const FLAGS = ['--messages', '--receipts', '--stateroots', '--json', '--write-buffer', '65536'];

let place: TemporaryDirectory;
let source = '';
let whole = Buffer.alloc(0);
let checksum = '';
/** How long an undisturbed export takes here, from its start to its first checkpoint, and to its end. */
let checkpointMs = 0;
let wholeMs = 0;

const resumeTo = (target: string, workers = 1) =>
  spawnChild(MAIN, [
    ...['export-range', '--from', source, ...FLAGS, '-o', target, '--workers', String(workers)],
    ...['--resume', '--checkpoint-interval', '20ms'],
  ]);

beforeAll(async () => {
  place = await temporaryDirectory();
  source = path.join(place.path, 'chain.car');
  await writeChain(source, { epochs: 60, messagesPerBlock: 30, stateBlocksPerEpoch: 200, stateActors: 5000 });
  for (const name of ['indexed', 'whole']) {
    const target = path.join(place.path, name, 'out.car');
    await runProgram('mkdir', [path.dirname(target)]);
    const startedMs = performance.now();
    await using child = await resumeTo(target);
    while (!existsSync(`${target}.partial.journal`) && !existsSync(target)) await sleep(2);
    checkpointMs = performance.now() - startedMs;
    const { code, stderr } = await child.exited;
    expect(code, stderr).toBe(0);
    wholeMs = performance.now() - startedMs;
    whole = readFileSync(target);
    checksum = readFileSync(`${target}.sha256sum`, 'utf8');
  }
}, 120_000);

afterAll(async () => await place[Symbol.asyncDispose]());

const eventsOf = ({ stderr }: ChildExit): string[] =>
  [...stderr.matchAll(/"event":"([\w-]+)"/g)].map(([, event = '']) => event);

function expectWhole(target: string): void {
  expect(readFileSync(target).equals(whole)).toBe(true);
  expect(readFileSync(`${target}.sha256sum`, 'utf8')).toBe(checksum);
}

/** Runs the export until it is whole; what a run did that was killed at its very end counts as well. */
async function finish(target: string, workers: number): Promise<ChildExit> {
  await using child = await resumeTo(target, workers);
  const ended = await child.exited;
  if (ended.code !== 0) expect(ended.stderr).toContain('ERR_FILE_EXISTS');
  return ended;
}

const journalOf = (target: string): string => {
  const found = statSync(`${target}.partial.journal`, { throwIfNoEntry: false, bigint: true });
  return found === undefined ? '' : `${found.ino} ${found.mtimeNs}`;
};

/** Resolves when a checkpoint has replaced what is there now, or after ten seconds. */
async function nextCheckpoint(target: string): Promise<void> {
  const before = journalOf(target);
  for (let tries = 0; tries < 2000 && ['', before].includes(journalOf(target)); tries += 1) await sleep(5);
}

describe('an export with --resume', () => {
  const count = tierCount({ push: 20, nightly: 200 });

  test(`that is killed at ${count} moments, several times each file, goes on, and is the same file at the end`, async ({
    annotate,
  }) => {
    const random = seededRandom(41);
    const counts = { kills: 0, resumed: 0, files: 0, 'given-up': 0 };
    while (counts.kills < count) {
      await using folder = await temporaryDirectory();
      const target = path.join(folder.path, 'out.car');
      for (let kill = 0; kill < 4; kill += 1) {
        await using child = await resumeTo(target, 1 + ((counts.kills + kill) % 4));
        // Most get as far as to a checkpoint of their own, however slow the machine is just now.
        if (random() < 0.8) await Promise.race([nextCheckpoint(target), child.exited]);
        await sleep((random() * (wholeMs - checkpointMs)) / 2);
        child.kill('SIGKILL');
        const ended = await child.exited;
        counts.kills += 1;
        for (const event of eventsOf(ended)) if (event === 'resumed' || event === 'given-up') counts[event] += 1;
        if (readdirSync(folder.path).includes('out.car')) break;
      }
      await finish(target, 1 + (counts.files % 4));
      // Killed between its name and its checksum: the file is whole, and was not acknowledged.
      expect(readFileSync(target).equals(whole)).toBe(true);
      expect(readdirSync(folder.path).filter((name) => /partial$|temp$/.test(name))).toEqual([]);
      counts.files += 1;
    }
    await annotate(`kills: ${JSON.stringify(counts)}`);
    expect(counts.resumed).toBeGreaterThan(count / 5);
    expect(counts['given-up']).toBe(0);
  }, 600_000);

  test('that is interrupted by Ctrl-C ends with 130, says what is kept, and goes on from there', async () => {
    await using folder = await temporaryDirectory();
    const target = path.join(folder.path, 'out.car');
    await using child = await resumeTo(target);
    while (!readdirSync(folder.path).includes('out.car.partial.journal')) await sleep(5);
    child.kill('SIGINT');
    const ended = await child.exited;
    expect(ended.code, ended.stderr).toBe(130);
    expect(eventsOf(ended)).toContain('kept');
    expect(readdirSync(folder.path).toSorted()).toEqual(['out.car.partial', 'out.car.partial.journal']);
    const { code, stdout, stderr } = await finish(target, 2);
    expect(code, stderr).toBe(0);
    expect((JSON.parse(stdout) as { keptBytes: number }).keptBytes).toBeGreaterThan(0);
    expectWhole(target);
  }, 60_000);

  test('that a full disk has ended goes on when there is space', async (context) => {
    const done = await withTmpfs(4 * 1024 * 1024, async (mount) => {
      const target = path.join(mount, 'out.car');
      await using child = await resumeTo(target, 2);
      const ended = await child.exited;
      expect(ended.code, ended.stderr).toBe(4);
      expect(eventsOf(ended)).toContain('kept');
      await runProgram('mount', ['-o', 'remount,size=256m', mount]);
      const after = await finish(target, 1);
      expect(after.code, after.stderr).toBe(0);
      expect(eventsOf(after)).toContain('resumed');
      expectWhole(target);
      expect(readdirSync(mount).toSorted()).toEqual(['out.car', 'out.car.sha256sum']);
    });
    if (done === undefined) skipWithout(context, 'file systems cannot be mounted here');
  }, 60_000);

  test('is refused while another one writes the same file', async () => {
    await using folder = await temporaryDirectory();
    const target = path.join(folder.path, 'out.car');
    await using first = await resumeTo(target);
    while (!readdirSync(folder.path).includes('out.car.partial.journal')) await sleep(5);
    await using second = await resumeTo(target);
    // The first one may have ended before the second one looked.
    const { code, stderr } = await second.exited;
    expect([code, /ERR_\w+/.exec(stderr)?.[0]]).toBeOneOf([
      [5, 'ERR_PARTIAL_FILE_BUSY'],
      [1, 'ERR_FILE_EXISTS'],
    ]);
    expect((await first.exited).code).toBe(0);
    expectWhole(target);
  }, 60_000);
});
