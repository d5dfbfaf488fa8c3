import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { blobBytes, type BlobKey } from '@waybill/blob-store';
import { chunksOf, source, textBlob, textBlobs } from '@waybill/blob-store/suite';
import { DiskFullError } from '@waybill/common';
import { type SkippableTest, skipWithout, withTmpfs } from '@waybill/test-kit';
import { describe, expect, test } from 'vitest';
import { createFsBlobStore, type FsBlobStore } from '../src/index.ts';

const DISK_BYTES = 4 * 1024 * 1024;

async function onSmallDisk(context: SkippableTest, work: (store: FsBlobStore) => Promise<void>): Promise<void> {
  const done = await withTmpfs(DISK_BYTES, async (root) => {
    const store = await createFsBlobStore({ root });
    await work(store);
    // Whatever had failed has given its room back.
    const uploads = readdirSync(join(root, 'uploading'), { recursive: true, withFileTypes: true });
    expect(uploads.filter((entry) => entry.isFile() && !entry.name.endsWith('.partial'))).toEqual([]);
    const { key, content } = textBlob('there is room', 1_000_000);
    expect(await store.put(key, source([content]))).toBe('stored');
    await store.close();
  });
  if (done === undefined) skipWithout(context, 'mounting is not permitted here');
}

async function expectContent(store: FsBlobStore, key: BlobKey, content: Uint8Array): Promise<void> {
  expect(Buffer.from(await blobBytes(await store.get(key))).equals(content)).toBe(true);
}

describe('a full disk', () => {
  const large = textBlob('too large', DISK_BYTES);

  test('fails a put, in memory and as a stream, and leaves the store as it was', (context) =>
    onSmallDisk(context, async (store) => {
      const { key, content } = textBlob('there before', 100_000);
      await store.put(key, content);
      for (const body of [large.content, source(chunksOf(large.content, 65_536))]) {
        await expect(store.put(large.key, body)).rejects.toBeInstanceOf(DiskFullError);
        expect(await store.has(large.key)).toBe(false);
      }
      await expectContent(store, key, content);
      expect(await Array.fromAsync(store.list())).toHaveLength(1);
    }));

  test('fails the items of a batch that do not fit, and stores the others', (context) =>
    onSmallDisk(context, async (store) => {
      const blobs = textBlobs('batch', 100, () => 100_000);
      const outcomes = await store.putMany(blobs);
      const failed = outcomes.flatMap((one) => (one.outcome === 'failed' ? [one] : []));
      expect(failed.length).toBeGreaterThan(50);
      for (const { error } of failed) expect(error).toBeInstanceOf(DiskFullError);
      const found = await store.hasMany(blobs.map(({ key }) => key));
      expect(found).toEqual(outcomes.map(({ outcome }) => outcome === 'stored'));
      for (const [at, { key, content }] of blobs.entries())
        if (found[at] === true) await expectContent(store, key, content);
      for (const { key } of blobs) await store.delete(key);
    }));

  test('keeps of a partial upload what was durable, and lets it go on when there is room', (context) =>
    onSmallDisk(context, async (store) => {
      const filler = textBlob('filler', 2_000_000);
      await store.put(filler.key, filler.content);
      const { key, content } = textBlob('grows', 2_800_000);
      const upload = await store.partials.open(key);
      expect(await upload.append(source(chunksOf(content.subarray(0, 500_000), 65_536)))).toBe(500_000);
      const rest = source(chunksOf(content.subarray(500_000), 65_536));
      await expect(upload.append(rest)).rejects.toBeInstanceOf(DiskFullError);
      expect(upload.offset).toBe(500_000);
      await store.delete(filler.key);
      expect(await upload.append(source(chunksOf(content.subarray(500_000), 65_536)))).toBe(content.length);
      expect(await upload.finish()).toBe('stored');
      await expectContent(store, key, content);
      await store.delete(key);
    }));
});
