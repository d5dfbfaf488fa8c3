import { readFileSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BlobMissingError } from '@waybill/blob-store';
import { sha256 } from '@waybill/digest';
import { temporaryDirectory } from '@waybill/test-kit';
import { expect, it, vi } from 'vitest';
import { createFsBlobStore } from '../src/fs-blob-store.ts';

const content = Buffer.from('a texture');
const key = { digest: sha256(content), sizeBytes: content.length };

it('takes a corrupt blob out of use, keeps its bytes, and stores the content anew', async () => {
  await using directory = await temporaryDirectory();
  const store = await createFsBlobStore({ root: directory.path });
  await store.put(key, content);
  await writeFile(store.blobPath(key), 'a t3xture');
  const aside = await store.quarantine(key);
  expect(aside?.startsWith(join(directory.path, 'quarantine'))).toBe(true);
  expect(readFileSync(aside ?? '', 'utf8')).toBe('a t3xture');
  expect(await store.has(key)).toBe(false);
  await expect(store.get(key)).rejects.toThrow(BlobMissingError);
  expect(await store.put(key, content)).toBe('stored');
  expect(readFileSync(store.blobPath(key), 'utf8')).toBe('a texture');
  await store.close();
});

it('keeps each of many corrupt contents of one blob, also when the clock stands still', async (test) => {
  await using directory = await temporaryDirectory();
  const store = await createFsBlobStore({ root: directory.path });
  vi.spyOn(Date, 'now').mockReturnValue(Date.now());
  test.onTestFinished(() => void vi.restoreAllMocks());
  for (let count = 0; count < 5; count++) {
    await store.put(key, content);
    await writeFile(store.blobPath(key), `corrupt ${count}`);
    await store.quarantine(key);
  }
  const kept = await readdir(join(directory.path, 'quarantine'));
  expect(kept.map((name) => readFileSync(join(directory.path, 'quarantine', name), 'utf8')).sort()).toEqual(
    [0, 1, 2, 3, 4].map((count) => `corrupt ${count}`),
  );
  await store.close();
});

it('says nothing of a blob that is not there, and never lists what it keeps aside', async () => {
  await using directory = await temporaryDirectory();
  const store = await createFsBlobStore({ root: directory.path });
  expect(await store.quarantine(key)).toBeUndefined();
  await store.put(key, content);
  await store.quarantine(key);
  expect(await Array.fromAsync(store.list())).toEqual([]);
  expect(await readdir(join(directory.path, 'quarantine'))).toHaveLength(1);
  await store.close();
});
