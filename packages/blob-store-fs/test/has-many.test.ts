import { statSync, utimesSync } from 'node:fs';
import { textBlobs } from '@waybill/blob-store/suite';
import { temporaryDirectory } from '@waybill/test-kit';
import { expect, test } from 'vitest';
import { createFsBlobStore } from '../src/index.ts';

test.for([
  ['few', 3],
  ['many', 400],
] as const)('marks of %s what was last marked long ago, after a restart too', async ([, count]) => {
  await using directory = await temporaryDirectory();
  const before = await createFsBlobStore({ root: directory.path });
  const blobs = textBlobs('old', count);
  const keys = blobs.map(({ key }) => key);
  await before.putMany(blobs);
  await before.close();
  const store = await createFsBlobStore({ root: directory.path });
  const startedAtMs = Date.now();
  for (const key of keys) utimesSync(store.blobPath(key), 1000, 1000);
  expect(await store.hasMany(keys)).toEqual(keys.map(() => true));
  for (const key of keys) expect(statSync(store.blobPath(key)).mtimeMs).toBe(1_000_000);
  for (let time = 0; time < 2; time += 1) {
    for (const key of keys) utimesSync(store.blobPath(key), 1000, 1000);
    expect(await store.hasMany(keys, { touch: true })).toEqual(keys.map(() => true));
    for (const key of keys) expect(statSync(store.blobPath(key)).mtimeMs).toBeGreaterThanOrEqual(startedAtMs - 20);
  }
  await store.close();
});

test('leaves the time of what was marked a moment ago, and not of what was marked two minutes ago', async () => {
  await using directory = await temporaryDirectory();
  const store = await createFsBlobStore({ root: directory.path });
  const blobs = textBlobs('young', 2);
  await store.putMany(blobs);
  const [young, older] = blobs.map(({ key }) => key) as [(typeof blobs)[0]['key'], (typeof blobs)[0]['key']];
  const nowSeconds = Math.floor(Date.now() / 1000);
  utimesSync(store.blobPath(young), nowSeconds - 10, nowSeconds - 10);
  utimesSync(store.blobPath(older), nowSeconds - 120, nowSeconds - 120);
  expect(await store.hasMany([young, older], { touch: true })).toEqual([true, true]);
  expect(statSync(store.blobPath(young)).mtimeMs).toBe((nowSeconds - 10) * 1000);
  expect(statSync(store.blobPath(older)).mtimeMs).toBeGreaterThanOrEqual(nowSeconds * 1000 - 20);
  await store.close();
});
