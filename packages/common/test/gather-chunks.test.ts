import { expect, test } from 'vitest';
import { gatherChunks } from '../src/gather-chunks.ts';

async function* chunksOf(...sizes: number[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const size of sizes) yield await Promise.resolve(new Uint8Array(size));
}

const KIB = 1024;

test.each([
  [[], []],
  [[10], [[10]]],
  [Array<number>(5).fill(64 * KIB), [Array<number>(4).fill(64 * KIB), [64 * KIB]]],
  [
    [1, 3 * 1024 * KIB, 2],
    [[1, 3 * 1024 * KIB], [2]],
  ],
  [Array<number>(130).fill(1), [Array<number>(64).fill(1), Array<number>(64).fill(1), [1, 1]]],
])('hands %j on in rows %j', async (sizes, rows) => {
  const gathered = await Array.fromAsync(gatherChunks(chunksOf(...sizes)));
  expect(gathered.map((row) => row.map(({ length }) => length))).toEqual(rows);
});

test('hands on no row that the source broke off', async () => {
  const broken = (async function* () {
    yield new Uint8Array(10);
    await Promise.reject(new Error('broken off'));
  })();
  await expect(Array.fromAsync(gatherChunks(broken))).rejects.toThrow('broken off');
});

test('ends the source when its reader leaves', async () => {
  let ended = false;
  const source = (async function* () {
    try {
      for (;;) yield await Promise.resolve(new Uint8Array(300 * KIB));
    } finally {
      ended = true;
    }
  })();
  for await (const row of gatherChunks(source)) if (row.length === 1) break;
  expect(ended).toBe(true);
});
