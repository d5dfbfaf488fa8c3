import path from 'node:path';
import { suiteBlocks } from '@waybill/block-store/suite';
import { DiskFullError } from '@waybill/common';
import { skipWithout, spawnChild, temporaryDirectory, tierCount, withTmpfs } from '@waybill/test-kit';
import { expect, test } from 'vitest';
import { openLmdbBlockStore } from '../src/index.ts';

const count = tierCount({ push: 6, nightly: 100 });

test('names a full disk, keeps what was acknowledged, and goes on when there is room', async (context) => {
  const ran = await withTmpfs(4_194_304, async (folder) => {
    const store = await openLmdbBlockStore({ path: path.join(folder, 'blocks'), batchBlocks: 20 });
    const few = suiteBlocks('few', 50, () => 1000);
    await store.putMany(few);
    await expect(store.putMany(suiteBlocks('many', 500, () => 30_000))).rejects.toBeInstanceOf(DiskFullError);
    for (const { name, data } of few) expect(Buffer.from(await store.get(name))).toEqual(data);
    await store.close();
    const again = await openLmdbBlockStore({ path: path.join(folder, 'blocks'), verifyReads: true });
    for (const { name, data } of few) expect(Buffer.from(await again.get(name))).toEqual(data);
    await again.close();
    return true;
  });
  if (ran === undefined) skipWithout(context, 'mounting a tmpfs is not permitted');
});

test(`has every acknowledged block after each of ${count} kills during an import, and none that is damaged`, async () => {
  await using directory = await temporaryDirectory();
  const script = new URL('support/import-forever.ts', import.meta.url);
  let acknowledged = 0;
  for (let kill = 0; kill < count; kill += 1) {
    await using child = await spawnChild(script, [directory.path, String(acknowledged)]);
    const last = acknowledged + 1 + (kill % 4);
    for await (const line of child.lines) {
      acknowledged = Number(line);
      // Somewhere within the next batch: the moment differs from kill to kill.
      if (acknowledged >= last) setTimeout(() => child.kill('SIGKILL'), kill % 7);
    }
    expect((await child.exited).signal).toBe('SIGKILL');
    const store = await openLmdbBlockStore({ path: directory.path, verifyReads: true });
    for (let batch = 0; batch < acknowledged; batch += 1) {
      const blocks = suiteBlocks(`batch ${batch}`, 200, (at) => at);
      const found = await store.getMany(blocks.map(({ name }) => name));
      expect(found.filter((data) => data === undefined)).toEqual([]);
    }
    // What came after the last acknowledgement is there as a whole or not at all.
    const next = await store.getMany(suiteBlocks(`batch ${acknowledged + 5}`, 200, (at) => at).map(({ name }) => name));
    expect(new Set(next.map((data) => data !== undefined)).size).toBe(1);
    await store.close();
  }
});
