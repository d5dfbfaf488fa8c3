import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createMemoryBlockStore } from '@waybill/block-store';
import { CarWriter, type FrameWriter, openCarStore } from '@waybill/car';
import { temporaryDirectory, tierCount } from '@waybill/test-kit';
import type { CID } from 'multiformats/cid';
import { expect, test } from 'vitest';
import { walkBlocks } from '../../src/block-walk/walk-blocks.ts';
import { depthExportRule, type ExportRule, exportRangeRule, fullExportRule } from '../../src/walk/export-rule.ts';
import { walkCar, type WalkSummary } from '../../src/walk/walk-car.ts';
import { randomChain, type RandomChain } from './random-chains.ts';
import { readHeader } from './reference-header.ts';
import { referenceImport } from './reference-import.ts';
import { readReferenceCar } from './reference-store.ts';
import {
  type ReferenceExport,
  referenceExportRange,
  referenceForestExport,
  referenceFullExport,
} from './reference-walker.ts';

const count = tierCount({ push: 30, nightly: 500 });
/** Threads take their time to start: every so many chains are also exported with 2 and 4 of them. */
const threadedEvery = tierCount({ push: 10, nightly: 5 });
/** Not a goal: each chain takes a second where others use the machine, too. */
const PATIENCE_MS = tierCount({ push: 60_000, nightly: 3_600_000 });

/** A CAR in memory, filled by `fill`, in small pieces. */
async function carOf(roots: readonly CID[], fill: (writer: FrameWriter) => Promise<void>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const write = (bytes: Uint8Array): Promise<void> => {
    chunks.push(new Uint8Array(bytes));
    return Promise.resolve();
  };
  const writer = new CarWriter({ write }, { roots: roots.map(({ bytes }) => bytes), writeBufferBytes: 4096 });
  await fill(writer);
  await writer.end();
  return Buffer.concat(chunks);
}

/** The chain as a file, in the order of a store. */
function storeFileOf({ blocks, roots }: RandomChain): Promise<Buffer> {
  return carOf(roots, async (writer) => {
    for (const { cid, data } of blocks) writer.pushBlock(cid, data);
    await writer.flush();
  });
}

interface Case {
  readonly rule: ExportRule;
  readonly reference: ReferenceExport;
}

/** One of the three kinds of export, in turn. */
function caseOf(seed: number, { store, head, tail, flags }: RandomChain): Case {
  const heightOf = ([first]: readonly CID[]): number => readHeader(store, first as CID).height;
  const [headHeight, tailHeight] = [heightOf(head), heightOf(tail)];
  const depth = headHeight - tailHeight;
  if (seed % 6 === 4) {
    const [recentStateroots, skipOldMsgs] = [depth, flags.messages];
    const rule = fullExportRule({ headHeight, recentStateRoots: depth, skipOldMessages: skipOldMsgs });
    return { rule, reference: referenceFullExport(store, { head, recentStateroots, skipOldMsgs }) };
  }
  if (seed % 6 === 5) {
    const rule = depthExportRule({ headHeight, depth });
    return { rule, reference: referenceForestExport(store, { head, depth }) };
  }
  const rule = exportRangeRule({ tailHeight, ...flags, stateRoots: flags.stateroots });
  return { rule, reference: referenceExportRange(store, { head, tail, ...flags }) };
}

/** What every export has to be, whatever made it. */
async function assertRight(
  bytes: Buffer,
  summary: WalkSummary,
  { head }: RandomChain,
  { reference }: Case,
): Promise<void> {
  const car = await readReferenceCar(bytes);
  const cids = car.blocks.map(({ cid }) => cid.toString());
  expect(new Set(cids).size).toBe(cids.length);
  expect(cids.toSorted()).toEqual([...reference.cids].toSorted());
  expect(summary.blockCount).toBe(cids.length);
  expect([...summary.missingReceipts].toSorted()).toEqual([...reference.missingReceipts].toSorted());
  expect(referenceImport(car).head.map(String)).toEqual(head.map(String));
}

test(
  `exports of ${count} random chains hold what the reference walker finds, once, in an order that can be imported`,
  async () => {
    await using directory = await temporaryDirectory();
    for (let seed = 0; seed < count; seed += 1) {
      const random = await randomChain(seed);
      const file = path.join(directory.path, `${seed}.car`);
      await writeFile(file, await storeFileOf(random));
      const store = await openCarStore(file, { indexPath: null });
      const expected = caseOf(seed, random);
      const exportWith = async (workers: number): Promise<Buffer> => {
        let summary: WalkSummary | undefined;
        const head = random.head.map(({ bytes }) => bytes);
        const bytes = await carOf(random.head, async (writer) => {
          summary = await walkCar({ store, head, rule: expected.rule, writer, workers, verify: seed % 2 === 0 });
        });
        await assertRight(bytes, summary as WalkSummary, random, expected);
        return bytes;
      };
      try {
        const alone = await exportWith(1);
        if (seed % threadedEvery !== 0) continue;
        for (const workers of [2, 4]) expect((await exportWith(workers)).equals(alone)).toBe(true);
      } catch (error) {
        throw new Error(`seed ${seed}: ${random.title}`, { cause: error });
      } finally {
        store.close();
      }
    }
  },
  PATIENCE_MS,
);

test(
  `exports of ${count} random chains by CID hold the same`,
  async () => {
    for (let seed = 0; seed < count; seed += 1) {
      const random = await randomChain(seed);
      const store = createMemoryBlockStore();
      await store.putMany(random.blocks);
      const expected = caseOf(seed, random);
      let summary: WalkSummary | undefined;
      const head = random.head.map(({ bytes }) => bytes);
      try {
        const bytes = await carOf(random.head, async (writer) => {
          summary = await walkBlocks({ store, head, rule: expected.rule, writer });
        });
        await assertRight(bytes, summary as WalkSummary, random, expected);
      } catch (error) {
        throw new Error(`seed ${seed}: ${random.title}`, { cause: error });
      }
    }
  },
  PATIENCE_MS,
);
