import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { DiskFullError } from '@waybill/common';
import { seededRandom, skipWithout, temporaryDirectory, withTmpfs } from '@waybill/test-kit';
import { expect, test } from 'vitest';
import { openCarStore } from '../../src/index.ts';
import { cborBlock } from '../support/blocks.ts';
import { referenceCar } from '../support/cars.ts';

test('begins to unpack nothing where there is no room for the compressed size, and says both', async (context) => {
  await using directory = await temporaryDirectory();
  const random = seededRandom(2);
  const noise = Uint8Array.from({ length: 200_000 }, () => Math.floor(random() * 256));
  const block = cborBlock(noise);
  const path = join(directory.path, 'a.car.zst');
  await writeFile(path, zstdCompressSync(await referenceCar([block.cid], [block])));
  const plans: number[] = [];
  const options = { indexPath: null, onUnpack: (plan: { freeBytes: number }) => plans.push(plan.freeBytes) };
  const ran = await withTmpfs(131_072, async (unpackedDirectory) => {
    const opening = openCarStore(path, { ...options, unpackedDirectory });
    await expect(opening).rejects.toBeInstanceOf(DiskFullError);
    await expect(opening).rejects.toMatchObject({
      cause: {
        message: expect.stringMatching(/has 200\d{3} bytes compressed, and more unpacked; 131072 are free$/) as string,
      },
    });
    return true;
  });
  if (ran === undefined) skipWithout(context, 'mounting a tmpfs is not permitted');
  expect(plans).toEqual([]);
  using store = await openCarStore(path, { ...options, unpackedDirectory: directory.path });
  expect([store.index.blockCount, plans.length]).toEqual([1, 1]);
});
