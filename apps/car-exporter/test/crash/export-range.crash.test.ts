import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CarWriter } from '@waybill/car';
import { generateChain } from '@waybill/car/testing';
import {
  seededRandom,
  skipWithout,
  spawnChild,
  temporaryDirectory,
  type TemporaryDirectory,
  tierCount,
  withTmpfs,
} from '@waybill/test-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const MAIN = new URL('../../src/main.ts', import.meta.url);
const PARTS = ['--messages', '--receipts', '--stateroots'];

let place: TemporaryDirectory;
let source = '';
/** How long an undisturbed export takes here, from start to end. */
let wholeMs = 0;

/** Some 60,000 blocks: an export of a second. */
async function writeChain(file: string): Promise<void> {
  const chain = await generateChain({
    seed: 11,
    epochs: 90,
    messagesPerBlock: 40,
    stateBlocksPerEpoch: 300,
    stateActors: 8000,
  });
  const handle = await open(file, 'w');
  const writer = new CarWriter(
    {
      write: async (bytes) => {
        await handle.write(bytes);
      },
    },
    { roots: chain.summary().headCids },
  );
  for (const { cid, data } of chain.blocks({ window: 4096 })) {
    writer.pushBlock(cid, data);
    if (writer.isFull) await writer.flush();
  }
  await writer.end();
  await handle.close();
}

const exportTo = (target: string, workers: number) =>
  spawnChild(MAIN, ['export-range', '--from', source, ...PARTS, '-o', target, '--workers', String(workers), '--json']);

/** What is in a folder, hidden files included. */
const namesIn = (folder: string): string[] => readdirSync(folder);

beforeAll(async () => {
  place = await temporaryDirectory();
  source = path.join(place.path, 'chain.car');
  await writeChain(source);
  // The index is made once; what is broken off below is the export.
  for (const name of ['indexed.car', 'whole.car']) {
    const startedMs = performance.now();
    await using child = await exportTo(path.join(place.path, name), 1);
    expect((await child.exited).code).toBe(0);
    wholeMs = performance.now() - startedMs;
  }
});

afterAll(async () => await place[Symbol.asyncDispose]());

describe('an export that is interrupted', () => {
  const count = tierCount({ push: 16, nightly: 200 });
  /** Rounds: many of the signals come while the program is still being loaded, and the system ends it. */
  const most = 6 * count;

  test(`by Ctrl-C at ${count} moments ends with 130 and leaves nothing, or has put all in place`, async () => {
    const random = seededRandom(5);
    const whole = readFileSync(path.join(place.path, 'whole.car'));
    const ends: Record<string, number> = {};
    let slowestMs = 0;
    for (let round = 0; round < most && (ends['130'] ?? 0) < count; round += 1) {
      await using folder = await temporaryDirectory();
      await using child = await exportTo(path.join(folder.path, 'out.car'), 1 + (round % 4));
      await sleep(random() * wholeMs);
      const signalled = performance.now();
      child.kill('SIGINT');
      const { code, signal } = await child.exited;
      const tookMs = performance.now() - signalled;
      ends[String(code ?? signal)] = (ends[String(code ?? signal)] ?? 0) + 1;
      // Before it listens to signals, the system ends it.
      if (signal !== null) expect(signal).toBe('SIGINT');
      else expect([0, 130]).toContain(code);
      const names = namesIn(folder.path).toSorted();
      if (code === 0 || names.length > 0) {
        // The signal came when all was in place.
        expect(names).toEqual(['out.car', 'out.car.sha256sum']);
        expect(readFileSync(path.join(folder.path, 'out.car'))).toEqual(whole);
        continue;
      }
      slowestMs = Math.max(slowestMs, tookMs);
    }
    console.log(`ends ${JSON.stringify(ends)}, at most ${slowestMs.toFixed(0)} ms after the signal`);
    expect(ends['130']).toBe(count);
  });

  test('by SIGKILL has nothing under the final name, and the next one does not mind what is left', async () => {
    await using folder = await temporaryDirectory();
    const target = path.join(folder.path, 'out.car');
    for (const delayMs of [0.5, 0.7, 0.8, 0.9].map((part) => part * wholeMs)) {
      await using child = await exportTo(target, 2);
      await sleep(delayMs);
      child.kill('SIGKILL');
      await child.exited;
      // Put in place, and killed before it could say so.
      if (existsSync(target)) break;
    }
    if (!existsSync(target)) {
      await using again = await exportTo(target, 1);
      expect((await again.exited).code).toBe(0);
    }
    expect(statSync(target).size).toBe(statSync(path.join(place.path, 'whole.car')).size);
    expect(namesIn(folder.path).filter((name) => !name.startsWith('out.car'))).toEqual([]);
  });
});

test.for([1, 2])(
  'a full disk ends an export at once, with 4 and nothing left, with %i workers',
  async (workers, context) => {
    const done = await withTmpfs(4 * 1024 * 1024, async (mount) => {
      await using child = await exportTo(path.join(mount, 'out.car'), workers);
      const { code, stderr } = await child.exited;
      expect(code, stderr).toBe(4);
      expect(stderr).toMatch(/full|No space/i);
      expect(namesIn(mount)).toEqual([]);
      return true;
    });
    if (done === undefined) skipWithout(context, 'file systems cannot be mounted here');
  },
);

test('a reader of standard output that goes away ends it with 141', async () => {
  await using child = await spawnChild(MAIN, ['export-range', '--from', source, ...PARTS, '-o', '-'], {
    wrapper: ['sh', '-c', '{ "$@"; echo "code $?" >&2; } | head -c 1000 > /dev/null', 'sh'],
  });
  const { stderr } = await child.exited;
  expect(stderr).toContain('code 141');
});
