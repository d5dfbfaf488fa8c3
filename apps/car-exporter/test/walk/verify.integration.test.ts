import { closeSync, openSync, readSync, utimesSync, writeSync } from 'node:fs';
import { BlockHashMismatchError, type CarStore, decodeBlockHeader, HashUnknownError, openCarStore } from '@waybill/car';
import { generateChain } from '@waybill/car/testing';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, test } from 'vitest';
import { exportRangeRule, fullExportRule } from '../../src/walk/export-rule.ts';
import { exportBy, storeOf } from '../support/export-chain.ts';

const CHAIN = { seed: 3, epochs: 2, blocksPerTipset: 1, stateBlocksPerEpoch: 2 };
const RULES = {
  range: exportRangeRule({ tailHeight: 0, messages: true, receipts: true, stateRoots: true }),
  // The genesis' parents are written as they are, and not scanned.
  full: fullExportRule({ headHeight: CHAIN.epochs, recentStateRoots: CHAIN.epochs, skipOldMessages: false }),
};

const WRITTEN_AT_SECONDS = 1_700_000_000;

interface OldStore {
  readonly store: CarStore;
  readonly headCids: readonly Uint8Array[];
  /** What the genesis names as its parents. */
  readonly genesisParents: readonly Uint8Array[];
}

/** A store of a file whose time is a round one: a disk that loses a bit does not change it. */
async function storeOnOldDisk(folder: string): Promise<OldStore> {
  const chain = await generateChain(CHAIN);
  using fresh = await storeOf(chain, folder);
  const [{ path } = { path: '' }] = fresh.files;
  utimesSync(path, WRITTEN_AT_SECONDS, WRITTEN_AT_SECONDS);
  const { headCids, tipsets } = chain.summary();
  const genesis = tipsets.find(({ height }) => height === 0)?.cids[0];
  const header = fresh.get(genesis as Uint8Array) as Uint8Array;
  const { parents: genesisParents } = decodeBlockHeader(header, 0, header.length);
  return { store: await openCarStore(path, { indexPath: null }), headCids, genesisParents };
}

/** Changes one byte in place, behind the back of a store that is open, until it is disposed. */
function change(file: string, offset: number): Disposable {
  const flip = (): void => {
    const byte = Buffer.alloc(1);
    const fd = openSync(file, 'r+');
    readSync(fd, byte, 0, 1, offset);
    byte[0] = (byte[0] ?? 0) ^ 0x01;
    writeSync(fd, byte, 0, 1, offset);
    closeSync(fd);
    utimesSync(file, WRITTEN_AT_SECONDS, WRITTEN_AT_SECONDS);
  };
  flip();
  return { [Symbol.dispose]: flip };
}

interface Place {
  readonly ordinal: number;
  readonly path: string;
  /** Of the last byte of the frame. */
  readonly offset: number;
}

/** Of all blocks that an export has. */
function placesOf(store: CarStore, car: Uint8Array): Place[] {
  const { index } = store;
  const found: Place[] = [];
  const ordinals = Uint32Array.from({ length: index.blockCount }, (_, ordinal) => ordinal);
  store.readRuns(ordinals, {}, (ordinal, bytes, frameStart, _cidStart, _dataStart, end) => {
    if (!Buffer.from(car).includes(bytes.subarray(frameStart, end))) return;
    const path = index.files[index.fileOf(ordinal)]?.path ?? '';
    found.push({ ordinal, path, offset: index.offset(ordinal) + end - frameStart - 1 });
  });
  return found;
}

describe.each(['range', 'full'] as const)('a verified export (%s)', (name) => {
  test.each([1, 2])('is the same as one that is not, with %i workers', async (workers) => {
    await using directory = await temporaryDirectory();
    const opened = await storeOnOldDisk(directory.path);
    using store = opened.store;
    const { headCids } = opened;
    const { car } = await exportBy(store, RULES[name], headCids);
    const verified = await exportBy(store, RULES[name], headCids, workers, undefined, true);
    expect(Buffer.compare(verified.car, car)).toBe(0);
  });

  test('names a block that has changed since it was indexed, with its file, and where its content begins', async () => {
    await using directory = await temporaryDirectory();
    const opened = await storeOnOldDisk(directory.path);
    using store = opened.store;
    const { headCids, genesisParents } = opened;
    const { car, summary } = await exportBy(store, RULES[name], headCids);
    const places = placesOf(store, car);
    expect(places).toHaveLength(summary.blockCount);
    const alone = genesisParents.map((cid) => store.find(cid, 0, cid.length));
    // Each time takes a thread: some blocks of all kinds, and those that are not scanned.
    const some = places.filter(({ ordinal }, at) => at % 9 === 0 || alone.includes(ordinal));
    for (const [at, { path, offset }] of some.entries()) {
      const workers = at % 3 === 0 ? 2 : 1;
      using _changed = change(path, offset);
      const failure = await exportBy(store, RULES[name], headCids, workers, undefined, true).catch(
        (error: unknown) => error,
      );
      expect(failure, `block ${at}`).toBeInstanceOf(BlockHashMismatchError);
      expect(failure).toMatchObject({ file: path });
      expect((failure as BlockHashMismatchError).offset).toBeLessThanOrEqual(offset);
    }
  });
});

test.each([1, 2])('a hash function that nobody knows is named, with %i workers', async (workers) => {
  await using directory = await temporaryDirectory();
  const opened = await storeOnOldDisk(directory.path);
  using store = opened.store;
  const { headCids } = opened;
  const { index } = store;
  let place: { path: string; offset: number } | undefined;
  const header = store.get(headCids[0] as Uint8Array) as Uint8Array;
  const { messages } = decodeBlockHeader(header, 0, header.length);
  const root = new Uint32Array([store.find(messages, 0, messages.length)]);
  store.readRuns(root, {}, (ordinal, _bytes, frameStart, cidStart) => {
    // Behind version and codec: the first byte of the number of blake2b-256.
    const offset = index.offset(ordinal) + cidStart - frameStart + 2;
    place = { path: index.files[index.fileOf(ordinal)]?.path ?? '', offset };
  });
  const { path = '', offset = 0 } = place ?? {};
  using _changed = change(path, offset);
  const exported = exportBy(store, RULES.range, headCids, workers, undefined, true);
  await expect(exported).rejects.toBeInstanceOf(HashUnknownError);
  await expect(exported).rejects.toMatchObject({ file: path });
});
