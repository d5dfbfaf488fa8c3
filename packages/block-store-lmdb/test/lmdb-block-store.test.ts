import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { createMemoryBlockStore } from '@waybill/block-store';
import { blockStoreSuite, suiteBlock, suiteBlocks } from '@waybill/block-store/suite';
import { temporaryDirectory } from '@waybill/test-kit';
import { open } from 'lmdb';
import { describe, expect, test } from 'vitest';
import {
  type LmdbBlockStore,
  LmdbFormatUnknownError,
  LmdbStoreMissingError,
  openLmdbBlockStore,
} from '../src/index.ts';
import { type LmdbDatabase, openDatabase } from '../src/lmdb-database.ts';
import { PackBuilder } from '../src/pack-builder.ts';
import { encodePlace } from '../src/pack-format.ts';
import { appendPacks } from '../src/write-packs.ts';

describe('the LMDB store', () => {
  blockStoreSuite({
    supports: { makeUnreadable: true },
    create: async () => {
      const directory = await temporaryDirectory();
      const folder = path.join(directory.path, 'blocks');
      const open = (): Promise<LmdbBlockStore> =>
        openLmdbBlockStore({ path: folder, verifyReads: true, batchBlocks: 64 });
      const store = await open();
      const behind = async (change: (database: LmdbDatabase) => void): Promise<void> => {
        const database = openDatabase({ path: folder, readOnly: false });
        database.write(() => change(database));
        await database.close();
      };
      return {
        store,
        reopen: open,
        corrupt: ({ cid }, data) =>
          behind((database) => {
            const builder = new PackBuilder();
            builder.add(cid.subarray(2), data);
            const pack = appendPacks(database, builder.take());
            database.index.putSync(cid.subarray(2), encodePlace({ pack, offset: 0 }));
          }),
        // The index points to a number that is not there.
        makeUnreadable: ({ cid }) => behind(({ index }) => index.putSync(cid.subarray(2), Buffer.alloc(6, 9))),
        dispose: async () => {
          await store.close();
          await directory[Symbol.asyncDispose]();
        },
      };
    },
  });
});

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  await using directory = await temporaryDirectory();
  await work(directory.path);
}

test('keeps the roots of a chain, and begins without', () =>
  withFolder(async (folder) => {
    const store = await openLmdbBlockStore({ path: folder });
    expect(await store.roots()).toEqual([]);
    const roots = suiteBlocks('root', 3).map(({ name }) => name);
    await store.setRoots(roots);
    await store.close();
    const again = await openLmdbBlockStore({ path: folder, readOnly: true });
    expect((await again.roots()).map(String)).toEqual(roots.map(String));
    await again.close();
  }));

test('shows a reader what another handle has committed', () =>
  withFolder(async (folder) => {
    const writer = await openLmdbBlockStore({ path: folder });
    const reader = await openLmdbBlockStore({ path: folder, readOnly: true });
    for (const { name, data } of suiteBlocks('news', 5)) {
      expect(await reader.has(name)).toBe(false);
      await writer.put(name, data);
      expect(await reader.has(name)).toBe(true);
    }
    await reader.close();
    const { name, data } = suiteBlock('still open');
    await writer.put(name, data);
    expect(Buffer.from(await writer.get(name))).toEqual(data);
    await writer.close();
  }));

test('makes nothing where it was to read only', () =>
  withFolder(async (folder) => {
    const missing = path.join(folder, 'nowhere');
    await expect(openLmdbBlockStore({ path: missing, readOnly: true })).rejects.toBeInstanceOf(LmdbStoreMissingError);
    await openLmdbBlockStore({ path: missing }).then((store) => store.close());
    await openLmdbBlockStore({ path: missing, readOnly: true }).then((store) => store.close());
  }));

test('refuses a database of somebody else', () =>
  withFolder(async (folder) => {
    const other = open({ path: folder, maxDbs: 3 });
    const table = other.openDB({ name: 'index', keyEncoding: 'binary', encoding: 'binary' });
    await table.put(Buffer.from('key'), Buffer.from('value'));
    await other.close();
    const opened = openLmdbBlockStore({ path: folder });
    await expect(opened).rejects.toBeInstanceOf(LmdbFormatUnknownError);
    await expect(opened).rejects.toMatchObject({ expected: 'waybill-blocks-2', actual: undefined });
  }));

test('has what came before an abort, in whole batches, and goes on from there', () =>
  withFolder(async (folder) => {
    const store = await openLmdbBlockStore({ path: folder, batchBlocks: 10 });
    const blocks = suiteBlocks('import', 100);
    const abort = new AbortController();
    const source = function* () {
      for (const [at, block] of blocks.entries()) {
        if (at === 35) abort.abort(new Error('enough'));
        yield block;
      }
    };
    await expect(store.putMany(source(), { signal: abort.signal })).rejects.toThrow('enough');
    const found = await store.getMany(blocks.map(({ name }) => name));
    const count = found.filter((data) => data !== undefined).length;
    expect([30, 40]).toContain(count);
    expect(await store.putMany(blocks)).toMatchObject({ stored: 100 - count, existing: count });
    await store.close();
  }));

test('stores the same blocks as the memory store, whatever the batches', () =>
  withFolder(async (folder) => {
    const memory = createMemoryBlockStore();
    const blocks = [...suiteBlocks('a', 50, (at) => at * 40), ...suiteBlocks('a', 30), ...suiteBlocks('b', 50)];
    const expected = await memory.putMany(blocks);
    for (const [batchBlocks, batchBytes] of [
      [1, 1e9],
      [7, 1e9],
      [1e6, 1],
      [1e6, 999],
    ] as const) {
      const store = await openLmdbBlockStore({
        path: path.join(folder, `${batchBlocks}-${batchBytes}`),
        batchBlocks,
        batchBytes,
      });
      expect(await store.putMany(blocks)).toEqual(expected);
      for (const { name, data } of blocks) expect(Buffer.from(await store.get(name))).toEqual(data);
      await store.close();
    }
  }));

test('holds no file, reader or memory map after it is closed', () =>
  withFolder(async (folder) => {
    const openOnce = async (): Promise<void> => {
      const store = await openLmdbBlockStore({ path: folder });
      const block = suiteBlock('kept');
      await store.put(block.name, block.data);
      await store.get(block.name);
      await store.close();
    };
    await openOnce();
    const descriptors = (await readdir('/proc/self/fd')).length;
    for (let round = 0; round < 50; round += 1) await openOnce();
    expect((await readdir('/proc/self/fd')).length).toBeLessThanOrEqual(descriptors);
    const maps = await readFile('/proc/self/maps', 'utf8');
    expect(maps.split('\n').filter((line) => line.includes(folder))).toEqual([]);
  }));

test('is read by other threads while it is filled', () =>
  withFolder(async (folder) => {
    const store = await openLmdbBlockStore({ path: folder, batchBlocks: 50 });
    const blocks = suiteBlocks('threads', 1000);
    await store.putMany(blocks.slice(0, 500));
    const script = new URL('support/count-blocks.ts', import.meta.url);
    const cids = blocks.map(({ cid }) => cid);
    const workers = [1, 2].map(() => new Worker(script, { workerData: { folder, cids } }));
    const counts = workers.map(async (worker) => (await once(worker, 'message'))[0] as number);
    await store.putMany(blocks.slice(500));
    for (const count of await Promise.all(counts)) expect(count).toBeGreaterThanOrEqual(500);
    await Promise.all(workers.map((worker) => worker.terminate()));
    expect((await store.getManyBytes(cids)).every((data) => data !== undefined)).toBe(true);
    await store.close();
  }));
