import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { generateChain } from '@waybill/car/testing';
import { CID } from 'multiformats/cid';
import { describe, expect, test } from 'vitest';
import { tipsetAt } from './support/reference-header.ts';
import { randomChain } from './support/random-chains.ts';
import { referenceImport } from './support/reference-import.ts';
import {
  readReferenceCar,
  type ReferenceCar,
  ReferenceBlockMissing,
  referenceStore,
  type ReferenceStore,
} from './support/reference-store.ts';
import { referenceExportRange, referenceForestExport, referenceFullExport } from './support/reference-walker.ts';

const data = process.env['WAYBILL_TEST_DATA'] ?? path.resolve(import.meta.dirname, '../../../../shared/data');
const everything = { messages: true, receipts: true, stateroots: true };

async function readCar(name: string): Promise<ReferenceCar & { store: ReferenceStore }> {
  const car = await readReferenceCar(await readFile(path.join(data, 'car', name)));
  return { ...car, store: referenceStore(car.blocks.map(({ cid, bytes }) => ({ cid: cid.bytes, data: bytes }))) };
}

describe.skipIf(!existsSync(path.join(data, 'car')))('the reference walker on real chains', () => {
  test('finds each block of a chain of four tipsets, in an order that the importer accepts', async () => {
    const { roots, blocks, store } = await readCar('chain4.car');
    const tail = tipsetAt(store, roots, 0);
    const range = { head: roots, tail, messages: true, receipts: true, stateroots: false };
    const { cids, missingReceipts } = referenceExportRange(store, range);
    expect([...cids].toSorted()).toEqual(blocks.map(({ cid }) => cid.toString()).toSorted());
    // The receipts of one tipset were not in the node that made the file.
    expect(missingReceipts.size).toBe(1);
    expect(referenceImport({ roots, blocks }).genesis.toString()).toBe(tail[0]?.toString());
  });

  test('misses the state of that chain', async () => {
    const { roots, store } = await readCar('chain4.car');
    const range = { head: roots, tail: tipsetAt(store, roots, 0), ...everything };
    expect(() => referenceExportRange(store, range)).toThrow(ReferenceBlockMissing);
  });

  test('leaves out the identity blocks of a genesis, and its own messages', async () => {
    const { roots, blocks, store } = await readCar('lotus-interopnet.car');
    expect(blocks).toHaveLength(13_757);
    expect(referenceExportRange(store, { head: roots, tail: roots, ...everything }).cids.size).toBe(13_745);
  });
});

describe('the reference walker on synthetic chains', () => {
  async function chainOf(options: Parameters<typeof generateChain>[0] = {}) {
    const chain = await generateChain(options);
    const store = referenceStore(chain.blocks());
    const summary = chain.summary();
    return { store, summary, head: summary.headCids.map((cid) => CID.decode(cid)) };
  }

  test('exports headers and the genesis alone where nothing is asked for', async () => {
    const { store, summary, head } = await chainOf();
    const tail = tipsetAt(store, head, 4);
    const none = { messages: false, receipts: false, stateroots: false };
    const { cids } = referenceExportRange(store, { head, tail, ...none });
    const headers = summary.tipsets.flatMap((tipset) => tipset.cids.map((cid) => CID.decode(cid).toString()));
    expect(headers.filter((cid) => !cids.has(cid))).toEqual([]);
    const genesis = referenceExportRange(store, {
      head: tipsetAt(store, head, 0),
      tail: tipsetAt(store, head, 0),
      ...none,
    });
    expect(cids.size).toBe(headers.length - 1 + genesis.cids.size);
  });

  test('counts the receipts that were dropped within the range, and no others', async () => {
    const { store, summary, head } = await chainOf({ epochs: 40, droppedReceiptsChance: 0.5, messagesPerBlock: 10 });
    const whole = referenceExportRange(store, { head, tail: tipsetAt(store, head, 0), ...everything });
    const dropped = summary.droppedReceipts.map((cid) => CID.decode(cid).toString());
    expect([...whole.missingReceipts].toSorted().every((cid) => dropped.includes(cid))).toBe(true);
    expect(whole.missingReceipts.size).toBeGreaterThan(5);
    expect(whole.cids.isDisjointFrom(whole.missingReceipts)).toBe(true);
    const half = referenceExportRange(store, { head, tail: tipsetAt(store, head, 20), ...everything });
    expect(half.missingReceipts.size).toBeLessThan(whole.missingReceipts.size);
    expect(half.cids.isSubsetOf(whole.cids)).toBe(true);
  });

  test('takes the older tipset for a null round, and refuses a height above the head', async () => {
    const { store, summary, head } = await chainOf({ epochs: 30, nullRoundChance: 0.5 });
    const heights = summary.tipsets.map(({ height }) => height);
    const gap = heights.find((height, at) => (heights[at + 1] ?? height + 1) > height + 1) as number;
    const older = summary.tipsets.find(({ height }) => height === gap);
    expect(tipsetAt(store, head, gap + 1).map(({ bytes }) => bytes)).toEqual(older?.cids);
    expect(() => tipsetAt(store, head, 31)).toThrow('above the head');
  });

  test('tells the full export of Lotus from its export of a range', async () => {
    const { store, summary, head } = await chainOf();
    const full = referenceFullExport(store, { head, recentStateroots: 100, skipOldMsgs: false }).cids;
    const range = { head, tail: tipsetAt(store, head, 0), messages: true, receipts: false, stateroots: true };
    const { cids } = referenceExportRange(store, range);
    const genesisMessages = CID.decode(summary.tipsets[0]?.messages[0] as Uint8Array).toString();
    expect([full.has(genesisMessages), cids.has(genesisMessages)]).toEqual([true, false]);
    // The raw block that the parent of the genesis links to.
    expect(cids.difference(full).size).toBe(1);
  });

  test('knows a diff as what another export does not hold', async () => {
    const { store, head } = await chainOf({ epochs: 30, oddActorChance: 0.5 });
    const whole = referenceForestExport(store, { head, depth: 10 }).cids;
    const base = tipsetAt(store, head, 25);
    const diff = referenceForestExport(store, { head, depth: 10, diff: { tipset: base, depth: 8 } }).cids;
    const before = referenceForestExport(store, { head: base, depth: 8 }).cids;
    expect(diff).toEqual(whole.difference(before));
    expect(diff.size).toBeGreaterThan(50);
    expect([...whole].some((cid) => CID.parse(cid).code === 0x51)).toBe(false);
  });

  test('names the block that is missing', async () => {
    const { store, summary, head } = await chainOf();
    const lost = CID.decode(summary.tipsets.at(-1)?.stateRoot as Uint8Array).toString();
    const without = new Map([...store].filter(([cid]) => cid !== lost));
    const range = { head, tail: tipsetAt(store, head, 0), ...everything };
    expect(() => referenceExportRange(without, range)).toThrow(lost);
  });
});

describe('the reference importer', () => {
  async function newestFirst(options = {}): Promise<ReferenceCar> {
    const chain = await generateChain(options);
    const blocks = Array.from(chain.blocks({ direction: 'newest-first' }), ({ cid, data: bytes }) => ({
      cid: CID.decode(cid),
      bytes,
    }));
    return { roots: chain.summary().headCids.map((cid) => CID.decode(cid)), blocks };
  }

  test('refuses a parent before its child', async () => {
    const { roots, blocks } = await newestFirst({ blocksPerTipset: 4, seed: 5 });
    expect(roots.length).toBeGreaterThan(1);
    expect(referenceImport({ roots, blocks }).snapshotVersion).toBe(1);
    expect(() => referenceImport({ roots, blocks: blocks.toReversed() })).toThrow(
      'expected genesis block to have height 0',
    );
    expect(() => referenceImport({ roots: [], blocks })).toThrow('no roots');
  });

  test('wants a header first where there is one root', async () => {
    const { roots, blocks } = await newestFirst({ blocksPerTipset: 1, orphansPerEpoch: 0 });
    expect(roots).toHaveLength(1);
    expect(referenceImport({ roots, blocks }).head).toEqual(roots);
    const [header, other, ...rest] = blocks as [ReferenceCar['blocks'][0], ReferenceCar['blocks'][0]];
    expect(() => referenceImport({ roots, blocks: [other, header, ...rest] })).toThrow('no block header');
  });
});

test('random chains have all shapes, and each can be walked', async () => {
  const found = { nulls: 0, wide: 0, alone: 0, empty: 0, missing: 0, duplicates: 0 };
  for (let seed = 0; seed < 60; seed += 1) {
    const { chain, store, blocks, head, tail, flags, title } = await randomChain(seed);
    const { cids, missingReceipts } = referenceExportRange(store, { head, tail, ...flags });
    expect(cids.size, title).toBeGreaterThan(0);
    const { tipsets, headHeight, blockCount } = chain.summary();
    if (tipsets.length <= headHeight) found.nulls += 1;
    if (tipsets.some((tipset) => tipset.cids.length > 3)) found.wide += 1;
    if (headHeight === 0) found.alone += 1;
    if (head === tail || String(head) === String(tail)) found.empty += 1;
    if (missingReceipts.size > 0) found.missing += 1;
    if (blocks.length > blockCount) found.duplicates += 1;
  }
  expect(Object.entries(found).filter(([, count]) => count < 3)).toEqual([]);
});
