import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type BlockStore, createMemoryBlockStore } from '@waybill/block-store';
import { startFakeNode } from '@waybill/block-store-rpc/testing';
import { generateChain, type SyntheticChain } from '@waybill/car/testing';
import { seededRandom, temporaryDirectory, type TemporaryDirectory } from '@waybill/test-kit';
import { CID } from 'multiformats/cid';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { decodeJournal } from '../../src/resume/journal.ts';
import { BlockChainSource } from '../../src/store/block-chain-source.ts';
import { openBlockSource } from '../../src/store/open-block-source.ts';
import { depthExportRule, exportRangeRule } from '../../src/walk/export-rule.ts';
import { journalOf, partialOf, removeExport, runExport } from '../support/broken-export.ts';
import { resumeWith } from '../support/forged-journal.ts';
import { readReferenceCar, referenceStore } from '../support/reference-store.ts';

const rule = exportRangeRule({ tailHeight: 0, messages: true, receipts: true, stateRoots: true });

let place: TemporaryDirectory;
let chain: SyntheticChain;
let head: readonly Uint8Array[] = [];
let target = '';
let whole = Buffer.alloc(0);
let steps = 0;

beforeAll(async () => {
  place = await temporaryDirectory();
  chain = await generateChain({ seed: 33, epochs: 50, stateBlocksPerEpoch: 80, messagesPerBlock: 15 });
  head = chain.summary().headCids;
  target = path.join(place.path, 'out.car');
  await using source = sourceOf(await filled());
  ({ steps } = await runExport({ source, head, rule, target, resume: false }));
  whole = readFileSync(target);
});

beforeEach(() => removeExport(target));

afterAll(async () => await place[Symbol.asyncDispose]());

/** A store with the blocks that are wanted. */
async function filled(isWanted: (cid: string) => boolean = () => true): Promise<BlockStore> {
  const store = createMemoryBlockStore();
  const blocks = [...chain.blocks()].map(({ cid, data }) => ({ cid: cid.slice(), data: data.slice() }));
  await store.putMany(blocks.filter(({ cid }) => isWanted(CID.decode(cid).toString())));
  return store;
}

const sourceOf = (store: BlockStore): BlockChainSource =>
  new BlockChainSource({ store, headCids: () => Promise.resolve(head), verified: true });

/** The CIDs of what the first run has kept. */
async function keptCids(): Promise<string[]> {
  const { sizeBytes } = decodeJournal(readFileSync(journalOf(target)), 'journal');
  const { blocks } = await readReferenceCar(readFileSync(partialOf(target)).subarray(0, sizeBytes));
  return blocks.map(({ cid }) => cid.toString());
}

test('an export from a node asks it for nothing that is kept, headers included', async () => {
  const blocks = referenceStore(chain.blocks());
  let written = 0;
  for (const part of [0.3, 0.6, 0.9]) {
    await using node = await startFakeNode({ blocks });
    await using source = await openBlockSource({ kind: 'node', address: node.url }, {});
    // Steps of what is kept are made again, but out of the file.
    const { events } = await runExport({ source, head, rule, target, steps: Math.floor(steps * part) });
    expect(events).toEqual(written === 0 ? ['kept'] : ['resumed', 'kept']);
    written = (await keptCids()).length;
  }
  const kept = await keptCids();
  expect(kept.length).toBeGreaterThan(1000);
  await using node = await startFakeNode({ blocks });
  await using source = await openBlockSource({ kind: 'node', address: node.url }, {});
  const { exported, events } = await runExport({ source, head, rule, target });
  expect(events).toEqual(['resumed']);
  expect(kept.filter((cid) => node.reads.has(cid))).toEqual([]);
  expect(node.reads.size).toBe((exported?.blockCount ?? 0) + (exported?.missingReceipts ?? 0) - kept.length);
  expect(readFileSync(target).equals(whole)).toBe(true);
});

test('broken off in its headers, or in its receipts, ends with the same bytes', async () => {
  await using source = sourceOf(await filled());
  for (const at of [3, 20, steps - 1]) {
    await runExport({ source, head, rule, target, steps: at });
    const { exported } = await runExport({ source, head, rule, target });
    expect(exported?.keptBytes).toBeGreaterThan(0);
    expect(readFileSync(target).equals(whole)).toBe(true);
    removeExport(target);
  }
});

test('of a store that has more by now, is what the store has now', async () => {
  const summary = chain.summary();
  const receipts = summary.tipsets.slice(5, 20).map((tipset) => CID.decode(tipset.receipts).toString());
  const lacking = new Set(receipts);
  await using poor = sourceOf(await filled((cid) => !lacking.has(cid)));
  expect((await runExport({ source: poor, head, rule, target, steps: steps - 1 })).events).toEqual(['kept']);
  await using rich = sourceOf(await filled());
  const { exported, events } = await runExport({ source: rich, head, rule, target });
  expect(events[0]).toBe('resumed');
  expect(exported?.keptBytes).toBeGreaterThan(0);
  expect(readFileSync(target).equals(whole)).toBe(true);
});

test('with a bit changed in what is kept, goes on from there only', async () => {
  const random = seededRandom(8);
  await using source = sourceOf(await filled());
  for (let round = 0; round < 10; round += 1) {
    await runExport({ source, head, rule, target, steps: steps - 1 });
    const { sizeBytes } = decodeJournal(readFileSync(journalOf(target)), 'journal');
    const partial = readFileSync(partialOf(target));
    const at = Math.floor(random() * sizeBytes);
    partial[at]! ^= 1 << Math.floor(random() * 8);
    writeFileSync(partialOf(target), partial);
    const { exported, events } = await runExport({ source, head, rule, target });
    expect(events).toEqual(['resumed', 'given up: what is kept is not what belongs there']);
    expect(exported?.keptBytes).toBeLessThanOrEqual(at);
    expect(readFileSync(target).equals(whole)).toBe(true);
    removeExport(target);
  }
});

test('that is shorter now than what is kept ends where it ends', async () => {
  await using source = sourceOf(await filled());
  await runExport({ source, head, rule, target, steps: steps - 1 });
  // A journal that is right about a file that has gone too far.
  appendFileSync(partialOf(target), whole.subarray(readFileSync(partialOf(target)).length));
  appendFileSync(partialOf(target), 'too much');
  resumeWith(target, readFileSync(partialOf(target)));
  const { exported, events } = await runExport({ source, head, rule, target });
  expect(events).toEqual(['resumed', 'given up: what is kept is longer than the export']);
  expect(exported?.sizeBytes).toBe(whole.length);
  expect(readFileSync(target).equals(whole)).toBe(true);
});

test('a difference goes on with what is kept of it', async () => {
  await using source = sourceOf(await filled());
  const { tipsets } = chain.summary();
  const old = tipsets[20]!;
  const except = { head: old.cids, rule: depthExportRule({ headHeight: old.height, depth: 10 }) };
  const all = await runExport({ source, head, rule, except, target, resume: false });
  const bytes = readFileSync(target);
  removeExport(target);
  await runExport({ source, head, rule, except, target, steps: all.steps - 1 });
  const { events, exported } = await runExport({ source, head, rule, except, target });
  expect(events).toEqual(['resumed']);
  expect(exported?.keptBytes).toBeGreaterThan(0);
  expect(readFileSync(target).equals(bytes)).toBe(true);
});

test('of which less is there than its journal says begins anew', async () => {
  await using source = sourceOf(await filled());
  await runExport({ source, head, rule, target, steps: steps - 1 });
  truncateSync(partialOf(target), 500);
  const { events } = await runExport({ source, head, rule, target });
  expect(events[0]).toMatch(/^given up: .* has less than its journal says$/);
  expect(readFileSync(target).equals(whole)).toBe(true);
});
