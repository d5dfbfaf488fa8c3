import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { openCarStore } from '@waybill/car';
import { seededRandom, temporaryDirectory, type TemporaryDirectory, tierCount } from '@waybill/test-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeJournal } from '../../src/resume/journal.ts';
import { CarChainSource } from '../../src/store/car-chain-source.ts';
import { depthExportRule, exportRangeRule } from '../../src/walk/export-rule.ts';
import { journalOf, namesOf, partialOf, removeExport, runExport } from '../support/broken-export.ts';
import { randomChain } from '../support/random-chains.ts';
import { writeChain } from '../support/write-chain.ts';

const EVERYTHING = exportRangeRule({ tailHeight: 0, messages: true, receipts: true, stateRoots: true });

let place: TemporaryDirectory;

beforeAll(async () => {
  place = await temporaryDirectory();
});

afterAll(async () => await place[Symbol.asyncDispose]());

const inPlace = (name: string): string => path.join(place.path, name);

async function sourceOf(file: string): Promise<CarChainSource> {
  return new CarChainSource(await openCarStore(file, { indexPath: null }));
}

const CHAINS = tierCount({ push: 7, nightly: 200 });

test(`exports of ${CHAINS} random chains that are broken off anywhere, several times, end with the same bytes`, async () => {
  const random = seededRandom(17);
  let resumed = 0;
  for (let seed = 1; seed <= CHAINS; seed += 1) {
    const file = inPlace(`random-${seed}.car`);
    const { chain, head, flags, title } = await randomChain(seed);
    await writeChain(file, chain.options);
    await using source = await sourceOf(file);
    const target = inPlace(`random-${seed}-out.car`);
    const rule = exportRangeRule({ tailHeight: 0, ...flags, stateRoots: flags.stateroots });
    const init = {
      source,
      head: head.map(({ bytes }) => bytes),
      rule,
      target,
      snapshotVersion: seed % 3 === 0 ? 2 : 1,
    } as const;
    const whole = await runExport({ ...init, resume: false });
    const bytes = readFileSync(target);
    const checksum = readFileSync(`${target}.sha256sum`, 'utf8');
    removeExport(target);
    for (const workers of seed % 4 === 0 ? [1, 2, 4] : [1]) {
      const breaks = Array.from({ length: 3 }, () => 1 + Math.floor(random() * whole.steps));
      for (const steps of breaks) {
        const { events, exported } = await runExport({ ...init, workers, steps });
        if (exported !== undefined) removeExport(target);
        if (events.includes('resumed')) resumed += 1;
        // What was not synced may be there after a kill, or something else in its place.
        if (existsSync(partialOf(target)))
          appendFileSync(partialOf(target), Buffer.alloc(Math.floor(random() * 9000), 7));
      }
      const { exported, events } = await runExport({ ...init, workers });
      expect(
        events.filter((event) => event.startsWith('given up')),
        title,
      ).toEqual([]);
      expect(readFileSync(target).equals(bytes), title).toBe(true);
      expect(readFileSync(`${target}.sha256sum`, 'utf8')).toBe(checksum);
      expect({ ...exported, seconds: 0, keptBytes: 0 }, title).toEqual({ ...whole.exported, seconds: 0, keptBytes: 0 });
      expect(namesOf(target, readdirSync(place.path))).toEqual([
        path.basename(target),
        `${path.basename(target)}.sha256sum`,
      ]);
      removeExport(target);
    }
  }
  expect(resumed).toBeGreaterThan(CHAINS);
}, 300_000);

describe('an export of CAR files', () => {
  let file = '';
  let head: readonly Uint8Array[] = [];
  let bytes = Buffer.alloc(0);
  let steps = 0;
  let wholeReadBytes = 0;
  let count = 0;

  beforeAll(async () => {
    file = inPlace('chain.car');
    const chain = await writeChain(file, { epochs: 60, stateBlocksPerEpoch: 60, messagesPerBlock: 20 });
    head = chain.summary().headCids;
    await using source = await sourceOf(file);
    const whole = await runExport({ source, head, rule: EVERYTHING, target: inPlace('whole.car'), resume: false });
    bytes = readFileSync(inPlace('whole.car'));
    steps = whole.steps;
    wholeReadBytes = source.store.readBytes;
  });

  const targetOf = (): string => inPlace(`out-${(count += 1)}.car`);

  /** A target of which a first run has kept a part. */
  async function brokenOff(source: CarChainSource): Promise<string> {
    const target = targetOf();
    const { events } = await runExport({ source, head, rule: EVERYTHING, target, steps: steps - 1 });
    expect(events).toEqual(['kept']);
    expect(existsSync(target)).toBe(false);
    return target;
  }

  test('reads nothing of the source again that is kept', async () => {
    await using source = await sourceOf(file);
    const target = await brokenOff(source);
    const { blockCount, sizeBytes } = decodeJournal(readFileSync(journalOf(target)), 'journal');
    await using again = await sourceOf(file);
    const before = again.store.readBytes;
    const { exported, events } = await runExport({ source: again, head, rule: EVERYTHING, target });
    expect(events).toEqual(['resumed']);
    expect(exported?.keptBytes).toBe(sizeBytes);
    expect(readFileSync(target).equals(bytes)).toBe(true);
    expect(exported?.blockCount).toBeGreaterThan(blockCount);
    expect(again.store.readBytes - before).toBeLessThan(wholeReadBytes / 2);
  });

  test.for([1, 2])('as CARv2 goes on from its CARv1, with %i workers', async (workers) => {
    await using source = await sourceOf(file);
    const [whole, target] = [targetOf(), targetOf()];
    await runExport({ source, head, rule: EVERYTHING, target: whole, format: 'carv2', resume: false });
    const init = { source, head, rule: EVERYTHING, target, format: 'carv2', workers } as const;
    expect((await runExport({ ...init, steps: steps - 1 })).events).toEqual(['kept']);
    const { events, exported } = await runExport(init);
    expect(events).toEqual(['resumed']);
    expect(exported?.keptBytes).toBeGreaterThan(0);
    expect(readFileSync(target).equals(readFileSync(whole))).toBe(true);
    expect(namesOf(target, readdirSync(place.path))).toHaveLength(2);
  });

  test('that leaves out what another has goes on without walking that one again', async () => {
    await using source = await sourceOf(file);
    const [whole, target] = [targetOf(), targetOf()];
    const old = await source.resolve('@40');
    const except = { head: old.cids, rule: depthExportRule({ headHeight: old.height, depth: 20 }) };
    const init = { source, head, rule: EVERYTHING, except };
    const all = await runExport({ ...init, target: whole, resume: false });
    expect((await runExport({ ...init, target, steps: all.steps - 1 })).events).toEqual(['kept']);
    const { events, steps: taken } = await runExport({ ...init, target });
    expect(events).toEqual(['resumed']);
    expect(taken).toBeLessThan(all.steps / 2);
    expect(readFileSync(target).equals(readFileSync(whole))).toBe(true);
  });

  test('of which one bit has changed since is told from one that is whole, and written anew', async () => {
    const random = seededRandom(3);
    for (let round = 0; round < 10; round += 1) {
      await using source = await sourceOf(file);
      const target = await brokenOff(source);
      const partial = readFileSync(partialOf(target));
      const { sizeBytes } = decodeJournal(readFileSync(journalOf(target)), 'journal');
      partial[Math.floor(random() * sizeBytes)]! ^= 1 << Math.floor(random() * 8);
      writeFileSync(partialOf(target), partial);
      const { events, exported } = await runExport({ source, head, rule: EVERYTHING, target });
      expect(events).toHaveLength(2);
      expect(events[1]).toMatch(/^given up: what is kept is not what/);
      expect(exported?.keptBytes).toBeLessThan(sizeBytes);
      expect(readFileSync(target).equals(bytes)).toBe(true);
    }
  });

  test.for<[what: string, change: (target: string) => void, reason: RegExp]>([
    ['whose journal is cut off', (target) => truncateSync(journalOf(target), 100), /no journal of this program/],
    ['whose journal has no line', (target) => truncateSync(journalOf(target), 9), /cut off/],
    ['whose journal was changed', (target) => appendFileSync(journalOf(target), 'x'), /was changed/],
    ['that is shorter than its journal says', (target) => truncateSync(partialOf(target), 1000), /has less/],
  ])('%s begins anew and says so', async ([, change, reason]) => {
    await using source = await sourceOf(file);
    const target = await brokenOff(source);
    change(target);
    const { events, exported } = await runExport({ source, head, rule: EVERYTHING, target });
    expect(events).toHaveLength(1);
    expect(events[0]).toMatch(reason);
    expect(exported?.keptBytes).toBe(0);
    expect(readFileSync(target).equals(bytes)).toBe(true);
    expect(existsSync(journalOf(target))).toBe(false);
  });

  test('of another range, or of a source that was changed, begins anew and says what differs', async () => {
    await using source = await sourceOf(file);
    const rule = exportRangeRule({ tailHeight: 0, messages: true, receipts: false, stateRoots: false });
    const target = await brokenOff(source);
    const other = await runExport({ source, head, rule, target });
    expect(other.events).toEqual(['given up: what is kept is of another export: another choice of blocks']);
    const second = await brokenOff(source);
    utimesSync(file, 1, 1);
    await using changed = await sourceOf(file);
    const { events } = await runExport({ source: changed, head, rule: EVERYTHING, target: second });
    expect(events).toEqual(['given up: what is kept is of another export: another source']);
    expect(readFileSync(second).equals(bytes)).toBe(true);
  });

  test('that is asked for without resuming begins anew, and nothing is left of what was kept', async () => {
    await using source = await sourceOf(file);
    const target = await brokenOff(source);
    const { exported } = await runExport({ source, head, rule: EVERYTHING, target, resume: false });
    expect(exported?.keptBytes).toBeUndefined();
    expect(namesOf(target, readdirSync(place.path))).toHaveLength(2);
    expect(readFileSync(target).equals(bytes)).toBe(true);
  });

  test('that is broken off before its first checkpoint leaves nothing', async () => {
    await using source = await sourceOf(file);
    const target = targetOf();
    const { events } = await runExport({ source, head, rule: EVERYTHING, target, steps: steps - 1, intervalMs: 1e9 });
    expect(events).toEqual([]);
    expect(namesOf(target, readdirSync(place.path))).toEqual([]);
  });

  test('into the same folder does not touch what is kept of another', async () => {
    await using source = await sourceOf(file);
    const kept = await brokenOff(source);
    await runExport({ source, head, rule: EVERYTHING, target: targetOf(), resume: false });
    const { events } = await runExport({ source, head, rule: EVERYTHING, target: kept });
    expect(events).toEqual(['resumed']);
  });
});
