import { describe, expect, test } from 'vitest';
import {
  BlockCidInvalidError,
  BlockCorruptError,
  BlockMissingError,
  BlockStoreUnreadableError,
} from '../block-errors.ts';
import { asRaw, identityBlock, rawBlock, suiteBlock, suiteBlocks } from './suite-blocks.ts';
import { type SuiteContext, testWhen } from './suite-setup.ts';

export function readRows({ withStore, supports }: SuiteContext): void {
  describe('reading', () => {
    test('gives blocks small, large and empty, of both kinds of hash', () =>
      withStore(async (store, { add }) => {
        const blocks = [
          suiteBlock(''),
          suiteBlock('small'),
          rawBlock('raw'),
          rawBlock(''),
          suiteBlock('large', 1_900_000),
        ];
        await add(blocks);
        for (const { name, data } of blocks) {
          expect(await store.has(name)).toBe(true);
          expect(Buffer.from(await store.get(name)).equals(data)).toBe(true);
        }
      }));

    test('gives many in their order, as often as asked, and undefined for what is missing', () =>
      withStore(async (store, { add }) => {
        const there = suiteBlocks('there', 150, (index) => index * 7);
        const missing = suiteBlocks('missing', 60);
        await add(there);
        const mixed = [...there.slice(50), ...missing, ...there];
        const found = await store.getManyBytes(mixed.map(({ cid }) => cid));
        const wanted = mixed.map((block) => (missing.includes(block) ? undefined : Buffer.from(block.data)));
        expect(found.map((data) => data && Buffer.from(data))).toEqual(wanted);
        const named = await store.getMany(mixed.slice(80, 120).map(({ name }) => name));
        expect(named.map((data) => data && Buffer.from(data))).toEqual(wanted.slice(80, 120));
        expect(await store.getMany([])).toEqual([]);
      }));

    test('tells what is missing', () =>
      withStore(async (store) => {
        const { name } = suiteBlock('nowhere');
        const get = store.get(name);
        await expect(get).rejects.toBeInstanceOf(BlockMissingError);
        await expect(get).rejects.toMatchObject({ cid: name.toString(), retryable: false });
        expect(await store.has(name)).toBe(false);
      }));

    test('gives the same content under another codec, or does not have it', () =>
      withStore(async (store, { add }) => {
        const block = suiteBlock('twin');
        await add([block]);
        const [data] = await store.getMany([asRaw(block).name]);
        expect([undefined, Buffer.from(block.data).toString()]).toContain(data && Buffer.from(data).toString());
      }));

    test('takes the content of an identity CID from the CID', () =>
      withStore(async (store) => {
        const { name, data } = identityBlock('it is all here');
        expect(await store.has(name)).toBe(true);
        expect(Buffer.from(await store.get(name))).toEqual(data);
      }));

    test('refuses what is no CID', () =>
      withStore(async (store) => {
        const { cid } = suiteBlock('cut off');
        for (const bytes of [cid.subarray(0, 20), Uint8Array.of(), Uint8Array.of(...cid, 0)]) {
          await expect(store.getManyBytes([bytes])).rejects.toBeInstanceOf(BlockCidInvalidError);
        }
      }));

    test('gives bytes that are the reader’s own', () =>
      withStore(async (store, { add }) => {
        const blocks = suiteBlocks('precious', 3);
        await add(blocks);
        const cids = blocks.map(({ cid }) => cid);
        for (const data of await store.getManyBytes(cids)) data?.fill(0);
        const again = await store.getManyBytes(cids);
        expect(again.map((data) => Buffer.from(data ?? []))).toEqual(blocks.map(({ data }) => data));
      }));

    test('answers many calls at once', () =>
      withStore(async (store, { add }) => {
        const blocks = suiteBlocks('at once', 100);
        await add(blocks);
        const found = await Promise.all(blocks.map(({ name }) => store.get(name)));
        expect(found.map((data) => Buffer.from(data))).toEqual(blocks.map(({ data }) => data));
      }));

    testWhen(supports.corrupt)('tells what is corrupt from what is missing, with both digests', () =>
      withStore(async (store, { add, corrupt }) => {
        const [good, bad] = [suiteBlock('good'), suiteBlock('bad')];
        await add([good, bad]);
        await corrupt(bad, suiteBlock('evil').data);
        const get = store.get(bad.name);
        await expect(get).rejects.toBeInstanceOf(BlockCorruptError);
        const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
        await expect(get).rejects.toMatchObject({
          cid: bad.name.toString(),
          expectedDigest: hex(bad.name.multihash.digest),
          actualDigest: hex(suiteBlock('evil').name.multihash.digest),
        });
        await expect(store.getMany([good.name, bad.name])).rejects.toBeInstanceOf(BlockCorruptError);
        expect(Buffer.from(await store.get(good.name))).toEqual(good.data);
      }),
    );

    testWhen(supports.makeUnreadable)('tells what cannot be read from what is missing', () =>
      withStore(async (store, { add, makeUnreadable }) => {
        const block = suiteBlock('locked away');
        await add([block]);
        await makeUnreadable(block);
        await expect(store.get(block.name)).rejects.toBeInstanceOf(BlockStoreUnreadableError);
        await expect(store.getMany([block.name])).rejects.toMatchObject({ code: 'ERR_BLOCK_STORE_UNREADABLE' });
      }),
    );

    test('does nothing when it is aborted before it begins', () =>
      withStore(async (store, { add }) => {
        const block = suiteBlock('not wanted');
        await add([block]);
        const reason = new Error('enough');
        const signal = AbortSignal.abort(reason);
        await expect(store.get(block.name, { signal })).rejects.toBe(reason);
        await expect(store.has(block.name, { signal })).rejects.toBe(reason);
        await expect(store.getMany([block.name], { signal })).rejects.toBe(reason);
        await expect(store.getManyBytes([block.cid], { signal })).rejects.toBe(reason);
      }));
  });
}
