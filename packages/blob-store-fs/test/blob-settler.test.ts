import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { source, textBlob, textBlobs } from '@waybill/blob-store/suite';
import { FileSyncFailedError } from '@waybill/common';
import { temporaryDirectory } from '@waybill/test-kit';
import { afterEach, expect, test, vi } from 'vitest';
import { BlobSettler } from '../src/blob-settler.ts';
import { createFsBlobStore } from '../src/index.ts';

afterEach(() => vi.restoreAllMocks());

const failure = new FileSyncFailedError('a directory', new Error('EIO'));

test('a put whose directories cannot be synced is not acknowledged, and the blob is not there', async () => {
  await using directory = await temporaryDirectory();
  const store = await createFsBlobStore({ root: directory.path });
  for (const moreBytes of [0, 300_000]) {
    const { key, content } = textBlob('not durable', moreBytes);
    vi.spyOn(BlobSettler.prototype, 'settleEntries').mockRejectedValueOnce(failure);
    await expect(store.put(key, source([content]))).rejects.toBe(failure);
    expect(existsSync(store.blobPath(key))).toBe(false);
    expect(await store.put(key, content)).toBe('stored');
  }
  await store.close();
});

test('of many puts at once, the first of which cannot be made durable, another one stores the blob', async () => {
  await using directory = await temporaryDirectory();
  const store = await createFsBlobStore({ root: directory.path });
  const { key, content } = textBlob('not durable at first', 300_000);
  vi.spyOn(BlobSettler.prototype, 'settleEntries').mockRejectedValueOnce(failure);
  const settled = await Promise.allSettled(Array.from({ length: 5 }, () => store.put(key, source([content]))));
  const answers = settled.map((one) => (one.status === 'fulfilled' ? one.value : 'failed')).sort();
  expect(answers).toEqual(['exists', 'exists', 'exists', 'failed', 'stored']);
  expect(await store.has(key)).toBe(true);
  await store.close();
});

test('nobody is told of a blob before it is durable', async () => {
  await using directory = await temporaryDirectory();
  const store = await createFsBlobStore({ root: directory.path });
  const { key, content } = textBlob('being made durable');
  const { promise: synced, resolve: endSync } = Promise.withResolvers<undefined>();
  vi.spyOn(BlobSettler.prototype, 'settleEntries').mockImplementationOnce(() => synced);
  const ended: string[] = [];
  const note = (name: string) => (): void => void ended.push(name);
  const put = store.put(key, content).then(note('put'));
  await vi.waitUntil(() => existsSync(store.blobPath(key)));
  const others = [
    store.has(key).then(note('has')),
    store.hasMany([key]).then(note('hasMany')),
    store.put(key, content).then(note('second put')),
    store.putMany([{ key, content }]).then(note('putMany')),
  ];
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(ended).toEqual([]);
  endSync(undefined);
  await Promise.all([put, ...others]);
  expect(ended[0]).toBe('put');
  await store.close();
});

test('what is found in place and cannot be synced counts as missing, and is stored anew', async () => {
  await using directory = await temporaryDirectory();
  const store = await createFsBlobStore({ root: directory.path });
  const { key, content } = textBlob('doubtful');
  await mkdir(dirname(store.blobPath(key)), { recursive: true });
  await writeFile(store.blobPath(key), content);
  vi.spyOn(BlobSettler.prototype, 'settleEntries').mockRejectedValueOnce(failure);
  await expect(store.has(key)).rejects.toBe(failure);
  expect(await store.has(key)).toBe(false);
  expect(await store.put(key, content)).toBe('stored');
  expect(await store.hasMany([key])).toEqual([true]);
  await store.close();
});

test('many that are found in place are settled together, and once', async () => {
  await using directory = await temporaryDirectory();
  const store = await createFsBlobStore({ root: directory.path });
  const blobs = textBlobs('found', 1000);
  for (const { key, content } of blobs) {
    await mkdir(dirname(store.blobPath(key)), { recursive: true });
    await writeFile(store.blobPath(key), content);
  }
  // Younger than the clock of the file system can tell from now, they would be settled one by one.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const all = vi.spyOn(BlobSettler.prototype, 'settleAll');
  const each = vi.spyOn(BlobSettler.prototype, 'settleFound');
  const keys = blobs.map(({ key }) => key);
  for (let time = 0; time < 3; time += 1) {
    expect(await store.hasMany(keys)).toEqual(keys.map(() => true));
    await store.touch(keys);
  }
  expect(all).toHaveBeenCalledTimes(1);
  // Where there is no `sync -f`, each by itself.
  expect([0, 1000]).toContain(each.mock.calls.length);
  await store.close();
});
