import { generateChain, type SyntheticChainOptions } from '@waybill/car/testing';
import { type CarStore, openCarStore } from '@waybill/car';
import { seededRandom, temporaryDirectory, tierCount } from '@waybill/test-kit';
import { CID } from 'multiformats/cid';
import { describe, expect, test } from 'vitest';
import { depthExportRule, exportRangeRule, fullExportRule } from '../../src/walk/export-rule.ts';
import { OrdinalBits } from '../../src/walk/ordinal-bits.ts';
import { walkCar } from '../../src/walk/walk-car.ts';
import { exportBy, storeOf } from '../support/export-chain.ts';
import { referenceImport } from '../support/reference-import.ts';
import {
  readReferenceCar,
  ReferenceBlockMissing,
  referenceStore,
  type ReferenceStore,
} from '../support/reference-store.ts';
import {
  referenceExportRange,
  type ReferenceExport,
  referenceForestExport,
  referenceFullExport,
} from '../support/reference-walker.ts';

const CHAINS = tierCount({ push: 100, nightly: 500 });
const RANGES_OF_EACH = 5;

const cids = (list: readonly Uint8Array[]): CID[] => list.map((cid) => CID.decode(cid));

/** The same blocks as the reference's, none twice, in an order that the importer takes. */
async function expectSame(car: Uint8Array, reference: ReferenceExport, what: string): Promise<void> {
  const { roots, blocks } = await readReferenceCar(car);
  const found = blocks.map(({ cid }) => cid.toString());
  expect(new Set(found).size, `${what}: duplicates`).toBe(found.length);
  expect(found.toSorted(), what).toEqual([...reference.cids].toSorted());
  expect(referenceImport({ roots, blocks }).head.map(String), what).toEqual(roots.map(String));
}

interface Chain {
  readonly store: CarStore;
  readonly reference: ReferenceStore;
  readonly tipsets: readonly { height: number; cids: readonly Uint8Array[] }[];
}

async function chainOf(options: SyntheticChainOptions, folder: string): Promise<Chain> {
  const chain = await generateChain(options);
  const store = await storeOf(chain, folder);
  return { store, reference: referenceStore(chain.blocks()), tipsets: chain.summary().tipsets };
}

describe('an export-range', () => {
  test(`has what the reference has, on ${CHAINS} random chains and ${RANGES_OF_EACH} ranges of each`, async () => {
    const random = seededRandom(42);
    const below = (count: number): number => Math.floor(random() * count);
    for (let seed = 1; seed <= CHAINS; seed += 1) {
      await using directory = await temporaryDirectory();
      const options = {
        seed,
        epochs: below(14),
        blocksPerTipset: 1 + below(4),
        stateBlocksPerEpoch: 5,
        stateActors: 10,
      };
      const { store, reference, tipsets } = await chainOf(options, directory.path);
      using _store = store;
      for (let round = 0; round < RANGES_OF_EACH; round += 1) {
        const top = below(tipsets.length);
        const [head, tail] = [tipsets[top]!, tipsets[below(top + 1)]!];
        const flags = { messages: random() < 0.7, receipts: random() < 0.7, stateroots: random() < 0.7 };
        const expected = referenceExportRange(reference, { head: cids(head.cids), tail: cids(tail.cids), ...flags });
        const rule = exportRangeRule({ tailHeight: tail.height, stateRoots: flags.stateroots, ...flags });
        const { car, summary } = await exportBy(store, rule, head.cids);
        const what = `seed ${seed}, heights ${tail.height} to ${head.height}, ${JSON.stringify(flags)}`;
        await expectSame(car, expected, what);
        expect(new Set(summary.missingReceipts), what).toEqual(expected.missingReceipts);
      }
    }
  });

  test('has the same bytes with 1, 2 and 4 workers', async () => {
    for (const seed of [7, 8]) {
      await using directory = await temporaryDirectory();
      const { store, tipsets } = await chainOf({ seed, epochs: 30, messagesPerBlock: 30 }, directory.path);
      using _store = store;
      const rule = exportRangeRule({ tailHeight: 0, messages: true, receipts: true, stateRoots: true });
      const head = tipsets.at(-1)!.cids;
      const [one, two, four] = [
        await exportBy(store, rule, head, 1),
        await exportBy(store, rule, head, 2),
        await exportBy(store, rule, head, 4),
      ];
      expect(Buffer.compare(one.car, two.car)).toBe(0);
      expect(Buffer.compare(one.car, four.car)).toBe(0);
      expect(two.summary).toEqual(one.summary);
    }
  });

  test('reads each block once, with the genesis alone, too', async () => {
    await using directory = await temporaryDirectory();
    for (const epochs of [0, 1, 30]) {
      const { store, tipsets } = await chainOf({ seed: 3, epochs }, directory.path);
      using _store = store;
      const rule = exportRangeRule({ tailHeight: 0, messages: true, receipts: true, stateRoots: true });
      const seen: number[] = [];
      const counting: CarStore = Object.create(store, {
        readRuns: {
          value: (ordinals: Uint32Array, options: { from?: number; to?: number }, visit: never) => {
            seen.push(...ordinals.subarray(options.from ?? 0, options.to ?? ordinals.length));
            store.readRuns(ordinals, options, visit);
          },
        },
        index: { value: store.index },
      }) as CarStore;
      const { summary } = await exportBy(counting, rule, tipsets.at(-1)!.cids);
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toHaveLength(summary.blockCount);
    }
  });

  test.each([1, 2])('names the block that is missing, and where it hangs, with %i workers', async (workers) => {
    await using directory = await temporaryDirectory();
    const chain = await generateChain({ seed: 5, epochs: 6 });
    const { tipsets } = chain.summary();
    const victim = Buffer.from(tipsets[4]!.stateRoot).toString('hex');
    const without = {
      summary: () => chain.summary(),
      *blocks() {
        for (const block of chain.blocks()) if (Buffer.from(block.cid).toString('hex') !== victim) yield block;
      },
    };
    using store = await storeOf(without as never, directory.path);
    const rule = exportRangeRule({ tailHeight: 0, messages: true, receipts: true, stateRoots: true });
    await expect(exportBy(store, rule, tipsets.at(-1)!.cids, workers)).rejects.toMatchObject({
      code: 'ERR_CHAIN_BLOCK_MISSING',
      task: 'state',
      cid: CID.decode(tipsets[4]!.stateRoot).toString(),
      epoch: tipsets[4]!.height,
    });
  });

  test('finds the header below which a block deep in the state is missing', async () => {
    await using directory = await temporaryDirectory();
    const chain = await generateChain({ seed: 6, epochs: 6 });
    const reference = referenceStore(chain.blocks());
    const { tipsets } = chain.summary();
    const head = tipsets.at(-1)!;
    const everything = { messages: true, receipts: true, stateroots: true };
    const range = { head: cids(head.cids), tail: cids(tipsets[0]!.cids), ...everything };
    const exported = [...referenceExportRange(reference, range).cids];
    const rule = exportRangeRule({ tailHeight: 0, messages: true, receipts: true, stateRoots: true });
    for (const victim of exported.filter((_, at) => at % 29 === 0)) {
      const less = new Map([...reference].filter(([cid]) => cid !== victim));
      const without = {
        summary: () => chain.summary(),
        *blocks() {
          for (const block of chain.blocks()) if (CID.decode(block.cid).toString() !== victim) yield block;
        },
      };
      using store = await storeOf(without as never, directory.path);
      const wanted = await Promise.resolve()
        .then(() => referenceExportRange(less, range))
        .catch((error: unknown) => error as ReferenceBlockMissing);
      if (!(wanted instanceof ReferenceBlockMissing)) {
        await expectSame((await exportBy(store, rule, head.cids)).car, wanted, `without ${victim}`);
        continue;
      }
      await expect(exportBy(store, rule, head.cids)).rejects.toMatchObject({
        code: 'ERR_CHAIN_BLOCK_MISSING',
        cid: victim,
      });
    }
  });
});

describe('other exports', () => {
  test('have what the reference has', async () => {
    const random = seededRandom(43);
    const below = (count: number): number => Math.floor(random() * count);
    for (let seed = 1; seed <= CHAINS; seed += 1) {
      await using directory = await temporaryDirectory();
      const options = { seed, epochs: below(14), stateBlocksPerEpoch: 5, stateActors: 10 };
      const { store, reference, tipsets } = await chainOf(options, directory.path);
      using _store = store;
      const head = tipsets[below(tipsets.length)]!;
      const [recentStateRoots, skipOldMessages, depth] = [below(15), random() < 0.5, below(15)];
      const full = fullExportRule({ headHeight: head.height, recentStateRoots, skipOldMessages });
      const lotus = { recentStateroots: recentStateRoots, skipOldMsgs: skipOldMessages };
      const wanted = referenceFullExport(reference, { head: cids(head.cids), ...lotus });
      await expectSame((await exportBy(store, full, head.cids)).car, wanted, `seed ${seed}, ${JSON.stringify(lotus)}`);
      const forest = referenceForestExport(reference, { head: cids(head.cids), depth });
      const byDepth = depthExportRule({ headHeight: head.height, depth });
      await expectSame((await exportBy(store, byDepth, head.cids)).car, forest, `seed ${seed}, depth ${depth}`);
      const base = tipsets[below(tipsets.indexOf(head) + 1)]!;
      const baseDepth = below(15);
      const diff = { tipset: cids(base.cids), depth: baseDepth };
      const between = referenceForestExport(reference, { head: cids(head.cids), depth, diff });
      const bits = new OrdinalBits(store.index.blockCount);
      await walkCar({
        store,
        head: base.cids,
        rule: depthExportRule({ headHeight: base.height, depth: baseDepth }),
        bits,
      });
      const { car } = await exportBy(store, byDepth, head.cids, 1, bits);
      const found = (await readReferenceCar(car)).blocks.map(({ cid }) => cid.toString());
      expect(found.toSorted(), `seed ${seed}, difference`).toEqual([...between.cids].toSorted());
    }
  });
});

test('a store whose file changed after it was indexed is an error with file and offset', async () => {
  await using directory = await temporaryDirectory();
  const chain = await generateChain({ seed: 9 });
  using store = await storeOf(chain, directory.path);
  const { writeFile } = await import('node:fs/promises');
  const file = store.files[0]!.path;
  const rule = exportRangeRule({ tailHeight: 0, messages: true, receipts: true, stateRoots: true });
  const bytes = Buffer.alloc(store.files[0]!.sizeBytes, 0xff);
  await writeFile(file, bytes);
  await expect(exportBy(store, rule, chain.summary().headCids)).rejects.toMatchObject({ file });
  await expect(openCarStore(file, { indexPath: null })).rejects.toMatchObject({ file });
});
