import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Block, BlockStoreUnreadableError } from '@waybill/block-store';
import { blockStoreSuite, suiteBlock } from '@waybill/block-store/suite';
import { temporaryDirectory } from '@waybill/test-kit';
import { CID } from 'multiformats/cid';
import { describe, expect, test } from 'vitest';
import { blockPaths } from '../src/block-paths.ts';
import { FlatfsShardingInvalidError, FlatfsStoreMissingError, openFlatfsBlockStore } from '../src/index.ts';
import { parseSharding } from '../src/sharding.ts';

const NEXT_TO_LAST = '/repo/flatfs/shard/v1/next-to-last/2';

/** The empty directory that every repository of Kubo has, with the place where Kubo keeps it. */
const emptyDirectory = {
  cid: CID.parse('QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn'),
  data: Uint8Array.of(0x0a, 0x02, 0x08, 0x01),
  place: 'X3/CIQFTFEEHEDF6KLBT32BFAGLXEZL4UWFNWM4LFTLMXQBCERZ6CMLX3Y.data',
};

/** Puts a block where Kubo would. */
async function place(folder: string, sharding: string, { cid, data }: Block, legacy = false): Promise<string> {
  const paths = blockPaths(folder, parseSharding(sharding), cid);
  const file = paths[legacy ? 1 : 0] as string;
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, data);
  return file;
}

async function withRepository(work: (folder: string) => Promise<void>, sharding = NEXT_TO_LAST): Promise<void> {
  await using directory = await temporaryDirectory();
  await mkdir(path.join(directory.path, 'blocks'));
  await writeFile(path.join(directory.path, 'blocks/SHARDING'), `${sharding}\n`);
  await work(directory.path);
}

describe.each(['next-to-last/2', 'prefix/6', 'suffix/2'])('the store on flatfs folders sharded by %s', (name) => {
  const sharding = `/repo/flatfs/shard/v1/${name}`;
  blockStoreSuite({
    supports: { writes: false },
    create: async () => {
      const directory = await temporaryDirectory();
      await writeFile(path.join(directory.path, 'SHARDING'), `${sharding}\n`);
      const store = await openFlatfsBlockStore({ path: directory.path });
      return {
        store,
        add: async (blocks) => {
          for (const block of blocks) await place(directory.path, sharding, block);
        },
        reopen: () => openFlatfsBlockStore({ path: directory.path }),
        corrupt: async ({ cid }, data) => {
          await place(directory.path, sharding, { cid, data });
        },
        // A folder in its place: EISDIR, also for root.
        makeUnreadable: async (block) => {
          const file = await place(directory.path, sharding, block);
          await rm(file);
          await mkdir(file);
        },
        dispose: async () => {
          await store.close();
          await directory[Symbol.asyncDispose]();
        },
      };
    },
  });
});

test('finds a block where Kubo keeps it, in its repository or the folder of its blocks', () =>
  withRepository(async (folder) => {
    const file = path.join(folder, 'blocks', emptyDirectory.place);
    await mkdir(path.dirname(file));
    await writeFile(file, emptyDirectory.data);
    for (const where of [folder, path.join(folder, 'blocks')]) {
      const store = await openFlatfsBlockStore({ path: where });
      expect(Buffer.from(await store.get(emptyDirectory.cid))).toEqual(Buffer.from(emptyDirectory.data));
      expect(await store.has(emptyDirectory.cid.toV1())).toBe(true);
      await store.close();
    }
  }));

test('finds blocks of old repositories by their whole CID', () =>
  withRepository(async (folder) => {
    const block = suiteBlock('old');
    await place(path.join(folder, 'blocks'), NEXT_TO_LAST, block, true);
    const store = await openFlatfsBlockStore({ path: folder });
    expect(Buffer.from(await store.get(block.name))).toEqual(block.data);
    expect(await store.has(block.name)).toBe(true);
    await store.close();
  }));

test('is unreadable, and not empty, when its folder is gone', () =>
  withRepository(async (folder) => {
    const store = await openFlatfsBlockStore({ path: folder });
    expect(await store.has(suiteBlock('a').name)).toBe(false);
    await rename(path.join(folder, 'blocks'), path.join(folder, 'unmounted'));
    await expect(store.has(suiteBlock('a').name)).rejects.toBeInstanceOf(BlockStoreUnreadableError);
    await expect(store.getMany([suiteBlock('a').name])).rejects.toBeInstanceOf(BlockStoreUnreadableError);
    await store.close();
  }));

test('gives what is corrupt where it is told not to look', () =>
  withRepository(async (folder) => {
    const { cid, name } = suiteBlock('right');
    await place(path.join(folder, 'blocks'), NEXT_TO_LAST, { cid, data: Buffer.from('wrong') });
    const store = await openFlatfsBlockStore({ path: folder, verifyReads: false });
    expect(Buffer.from(await store.get(name)).toString()).toBe('wrong');
    await store.close();
  }));

test('ends its reads when it is aborted', () =>
  withRepository(async (folder) => {
    const store = await openFlatfsBlockStore({ path: folder, concurrency: 1 });
    const abort = new AbortController();
    const reason = new Error('enough');
    const names = Array.from({ length: 500 }, (_, at) => suiteBlock(`missing ${at}`).name);
    const get = store.getMany(names, { signal: abort.signal });
    setImmediate(() => abort.abort(reason));
    await expect(get).rejects.toBe(reason);
    await store.close();
  }));

test('tells a folder without a store, and one whose sharding it does not know', () =>
  withRepository(async (folder) => {
    const nowhere = openFlatfsBlockStore({ path: path.join(folder, 'nowhere') });
    await expect(nowhere).rejects.toBeInstanceOf(FlatfsStoreMissingError);
    await expect(openFlatfsBlockStore({ path: folder })).rejects.toBeInstanceOf(FlatfsShardingInvalidError);
  }, 'by colour'));
