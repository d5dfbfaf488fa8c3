import { describe, expect, test } from 'vitest';
import { BlockDigestMismatchError, BlockHashUnsupportedError } from '../block-errors.ts';
import type { Block } from '../block-store.ts';
import { asRaw, identityBlock, type SuiteBlock, suiteBlock, suiteBlocks } from './suite-blocks.ts';
import type { SuiteContext } from './suite-setup.ts';

/** sha3-256, which no store here computes. */
const SHA3_256 = 0x16;

export function putRows({ withWritable }: SuiteContext): void {
  describe('putting', () => {
    test('refuses a content that is not what the CID names, and stores nothing of it', () =>
      withWritable(async (store) => {
        const [block, other] = [suiteBlock('right'), suiteBlock('wrong')];
        for (const data of [other.data, block.data.subarray(1), Buffer.concat([block.data, Buffer.from('x')])]) {
          const put = store.put(block.name, data);
          await expect(put).rejects.toBeInstanceOf(BlockDigestMismatchError);
          await expect(put).rejects.toMatchObject({ cid: block.name.toString() });
        }
        expect(await store.has(block.name)).toBe(false);
      }));

    test('refuses a hash that it cannot verify', () =>
      withWritable(async (store) => {
        const cid = Uint8Array.of(1, 0x55, SHA3_256, 32, ...new Uint8Array(32));
        const put = store.putMany([{ cid, data: Uint8Array.of(1) }]);
        await expect(put).rejects.toBeInstanceOf(BlockHashUnsupportedError);
        await expect(put).rejects.toMatchObject({ hashCode: SHA3_256 });
      }));

    test('counts what is new and what was there', () =>
      withWritable(async (store) => {
        const blocks = suiteBlocks('many', 300, (index) => index);
        const before = blocks[7] as SuiteBlock;
        await store.put(before.name, before.data);
        const bytes = blocks.reduce((sum, { data }) => sum + data.length, 0) - before.data.length;
        expect(await store.putMany(blocks)).toEqual({ stored: 299, existing: 1, storedBytes: bytes });
        expect(await store.putMany(blocks)).toEqual({ stored: 0, existing: 300, storedBytes: 0 });
        expect(await store.putMany([])).toEqual({ stored: 0, existing: 0, storedBytes: 0 });
      }));

    test('stores a block once that comes many times in one call', () =>
      withWritable(async (store) => {
        const block = suiteBlock('again');
        const result = await store.putMany(Array.from({ length: 40 }, () => block));
        expect(result).toEqual({ stored: 1, existing: 39, storedBytes: block.data.length });
      }));

    test('takes one block from a hundred who bring it at once', () =>
      withWritable(async (store) => {
        const block = suiteBlock('wanted by all', 10_000);
        const results = await Promise.all(Array.from({ length: 100 }, () => store.putMany([block])));
        expect(results.reduce((sum, { stored }) => sum + stored, 0)).toBe(1);
        expect(Buffer.from(await store.get(block.name))).toEqual(block.data);
      }));

    test('stores nothing for identity CIDs', () =>
      withWritable(async (store) => {
        expect(await store.putMany([identityBlock('inside')])).toEqual({ stored: 0, existing: 1, storedBytes: 0 });
      }));

    test('keeps its blocks when the caller uses the bytes for something else', () =>
      withWritable(async (store) => {
        const block = suiteBlock('kept');
        const [cid, data] = [Buffer.from(block.cid), Buffer.from(block.data)];
        await store.putMany([{ cid, data }]);
        cid.fill(0);
        data.fill(0);
        expect(Buffer.from(await store.get(block.name))).toEqual(block.data);
      }));

    test('has both codecs of one content when both were put', () =>
      withWritable(async (store) => {
        const block = suiteBlock('twin');
        await store.putMany([block, asRaw(block)]);
        for (const { name } of [block, asRaw(block)]) expect(Buffer.from(await store.get(name))).toEqual(block.data);
      }));

    test('reads a stream, and ends with its error', () =>
      withWritable(async (store) => {
        const blocks = suiteBlocks('streamed', 100);
        const failure = new Error('the connection broke');
        await expect(store.putMany(streamOf(blocks, failure))).rejects.toBe(failure);
        const { stored, existing } = await store.putMany(streamOf(blocks));
        expect(stored + existing).toBe(100);
        expect((await store.getMany(blocks.map(({ name }) => name))).every((data) => data !== undefined)).toBe(true);
      }));

    test('ends with the first bad block, and tells the source', () =>
      withWritable(async (store) => {
        const blocks = suiteBlocks('before', 20);
        const bad = { cid: suiteBlock('bad').cid, data: Buffer.from('evil') };
        let ended = false;
        const source = async function* (): AsyncGenerator<Block> {
          try {
            await Promise.resolve();
            yield* [...blocks, bad, ...suiteBlocks('after', 5000)];
          } finally {
            ended = true;
          }
        };
        await expect(store.putMany(source())).rejects.toBeInstanceOf(BlockDigestMismatchError);
        expect(ended).toBe(true);
        expect(await store.has(suiteBlock('bad').name)).toBe(false);
        expect(await store.has(suiteBlock('after 4999').name)).toBe(false);
      }));

    test('rejects when it is aborted, and asks for no more blocks', () =>
      withWritable(async (store) => {
        const reason = new Error('enough');
        const abort = new AbortController();
        let given = 0;
        const endless = async function* (): AsyncGenerator<Block> {
          for (;;) {
            given += 1;
            if (given === 50) abort.abort(reason);
            await Promise.resolve();
            yield suiteBlock(`endless ${given}`);
          }
        };
        await expect(store.putMany(endless(), { signal: abort.signal })).rejects.toBe(reason);
        expect(given).toBeLessThanOrEqual(51);
        const none = store.putMany([suiteBlock('x')], { signal: AbortSignal.abort(reason) });
        await expect(none).rejects.toBe(reason);
        expect(await store.has(suiteBlock('x').name)).toBe(false);
      }));
  });
}

async function* streamOf(blocks: readonly Block[], failure?: Error): AsyncGenerator<Block> {
  for (const block of blocks) {
    await Promise.resolve();
    yield block;
  }
  if (failure !== undefined) throw failure;
}
