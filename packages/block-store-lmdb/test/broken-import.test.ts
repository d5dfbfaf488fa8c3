import { stat } from 'node:fs/promises';
import path from 'node:path';
import { BlockDigestMismatchError } from '@waybill/block-store';
import { suiteBlocks } from '@waybill/block-store/suite';
import { temporaryDirectory } from '@waybill/test-kit';
import { expect, test } from 'vitest';
import { openLmdbBlockStore } from '../src/index.ts';
import { openDatabase } from '../src/lmdb-database.ts';

const BLOCKS = suiteBlocks('import', 300, () => 500);
const bytesIn = (blocks: typeof BLOCKS): number => blocks.reduce((sum, { data }) => sum + data.length, 0);
/** Contents are committed after every few blocks, the index at the end. */
const OFTEN = { batchBytes: 2000 };

/** Breaks off an import of 200 blocks before its index. */
async function breakOff(folder: string): Promise<void> {
  const store = await openLmdbBlockStore({ path: folder, ...OFTEN });
  const source = function* () {
    yield* BLOCKS.slice(0, 200);
    throw new Error('broken off');
  };
  await expect(store.putMany(source())).rejects.toThrow('broken off');
  await store.close();
}

async function tableCounts(folder: string): Promise<{ index: number; tail: number; packs: number }> {
  const database = openDatabase({ path: folder, readOnly: true });
  const counts = {
    index: [...database.index.getKeys({})].length,
    tail: [...database.tail.getKeys({})].length,
    packs: [...database.packs.getKeys({})].length,
  };
  await database.close();
  return counts;
}

test('what an import has left that broke off is found after the next put, and not written again', async () => {
  await using directory = await temporaryDirectory();
  await breakOff(directory.path);
  const left = await tableCounts(directory.path);
  expect(left.index).toBe(0);
  expect(left.tail).toBeGreaterThan(10);
  const store = await openLmdbBlockStore({ path: directory.path, ...OFTEN, verifyReads: true });
  expect(await store.has(BLOCKS[0]!.name)).toBe(false);
  const { stored, existing, storedBytes } = await store.putMany(BLOCKS);
  // The last few were in no commit.
  expect(existing).toBeGreaterThan(190);
  expect([stored, storedBytes]).toEqual([300 - existing, bytesIn(BLOCKS.slice(existing))]);
  const found = await store.getMany(BLOCKS.map(({ name }) => name));
  expect(found.map((data) => Buffer.from(data ?? []))).toEqual(BLOCKS.map(({ data }) => Buffer.from(data)));
  expect(await store.blockCount()).toBe(300);
  await store.close();
  expect(await tableCounts(directory.path)).toMatchObject({ index: 300, tail: 0 });
});

test('what is taken up is more than one commit of the index holds', async () => {
  await using directory = await temporaryDirectory();
  await breakOff(directory.path);
  const store = await openLmdbBlockStore({ path: directory.path, batchBlocks: 16 });
  expect(await store.putMany([])).toEqual({ stored: 0, existing: 0, storedBytes: 0 });
  const found = await store.getMany(BLOCKS.slice(0, 190).map(({ name }) => name));
  expect(found.filter((data) => data === undefined)).toEqual([]);
  await store.close();
  expect((await tableCounts(directory.path)).tail).toBe(0);
});

test('a put that another handle has overtaken keeps one block of each, and counts it once', async () => {
  await using directory = await temporaryDirectory();
  const one = await openLmdbBlockStore({ path: directory.path, ...OFTEN });
  const other = await openLmdbBlockStore({ path: directory.path, ...OFTEN });
  let overtook: unknown;
  const source = async function* () {
    yield* BLOCKS.slice(0, 100);
    // Takes up what `one` has committed so far, and puts more than that.
    overtook = await other.putMany(BLOCKS.slice(50, 150));
    yield* BLOCKS.slice(100, 200);
  };
  const mine = await one.putMany(source());
  const theirs = overtook as typeof mine;
  expect(mine.stored + theirs.stored).toBe(200);
  expect(mine.storedBytes + theirs.storedBytes).toBe(bytesIn(BLOCKS.slice(0, 200)));
  expect(mine.stored + mine.existing).toBe(200);
  expect(await one.blockCount()).toBe(200);
  expect((await one.getManyBytes(BLOCKS.slice(0, 200).map(({ cid }) => cid))).every(Boolean)).toBe(true);
  await one.close();
  await other.close();
});

test('batches are put as single blocks are, and a bad one ends them', async () => {
  await using directory = await temporaryDirectory();
  const store = await openLmdbBlockStore({ path: path.join(directory.path, 'a'), ...OFTEN });
  expect(await store.putBatches([BLOCKS.slice(0, 100), [], BLOCKS.slice(90, 120)])).toEqual({
    stored: 120,
    existing: 10,
    storedBytes: bytesIn(BLOCKS.slice(0, 120)),
  });
  const [first, second] = BLOCKS;
  const wrong = { cid: first!.cid, data: second!.data };
  await expect(store.putBatches([BLOCKS.slice(120, 130), [wrong]])).rejects.toBeInstanceOf(BlockDigestMismatchError);
  expect(Buffer.from(await store.get(first!.name))).toEqual(Buffer.from(first!.data));
  await store.close();
});

test('a put of one block after the other does not rewrite what is there', async () => {
  await using directory = await temporaryDirectory();
  const store = await openLmdbBlockStore({ path: directory.path });
  await store.putMany(BLOCKS);
  const before = (await stat(path.join(directory.path, 'data.mdb'))).size;
  for (let round = 0; round < 20; round += 1) await store.putMany(BLOCKS);
  expect((await stat(path.join(directory.path, 'data.mdb'))).size).toBe(before);
  await store.close();
});
