import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { BlockStoreClosedError } from '../block-errors.ts';
import { suiteBlock, suiteBlocks } from './suite-blocks.ts';
import { type SuiteContext, testWhen } from './suite-setup.ts';

export function lifecycleRows({ withStore, withWritable, supports }: SuiteContext): void {
  describe('the life of a store', () => {
    testWhen(supports.reopen)('finds what was acknowledged when it is opened anew', () =>
      withStore(async (_store, { add, reopen }) => {
        const blocks = suiteBlocks('kept', 200, (index) => index * 50);
        await add(blocks);
        const again = await reopen();
        const found = await again.getMany(blocks.map(({ name }) => name));
        expect(found.map((data) => Buffer.from(data ?? []))).toEqual(blocks.map(({ data }) => data));
        await again.close();
      }),
    );

    test('waits for its calls when it is closed, and refuses all that come later', () =>
      withStore(async (store, { add }) => {
        const blocks = suiteBlocks('just in time', 50);
        await add(blocks);
        const get = store.getMany(blocks.map(({ name }) => name));
        await store.close();
        // Not a moment later: it has ended by now, or this gives the other answer.
        expect(await Promise.race([get, setImmediate('too late')])).toHaveLength(50);
        const { name, cid } = suiteBlock('too late');
        for (const call of [
          () => store.has(name),
          () => store.get(name),
          () => store.getMany([name]),
          () => store.getManyBytes([cid]),
        ]) {
          await expect(call()).rejects.toBeInstanceOf(BlockStoreClosedError);
        }
        await store.close();
      }));

    testWhen(supports.writes)('takes no more blocks after it is closed', () =>
      withWritable(async (store) => {
        await store.close();
        const block = suiteBlock('too late');
        await expect(store.put(block.name, block.data)).rejects.toBeInstanceOf(BlockStoreClosedError);
        await expect(store.putMany([block])).rejects.toBeInstanceOf(BlockStoreClosedError);
      }),
    );
  });
}
