import fs, { existsSync, utimesSync } from 'node:fs';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { dirname } from 'node:path';
import { textBlob } from '@waybill/blob-store/suite';
import { temporaryDirectory } from '@waybill/test-kit';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { BlobSettler } from '../src/blob-settler.ts';
import { uploadDirectory } from '../src/blob-layout.ts';
import { createFsBlobStore } from '../src/index.ts';

/** Has `call` called with both paths right before each rename, until the test ends. */
function beforeEachRename(call: (from: string, to: string) => void): void {
  const { renameSync } = fs;
  fs.renameSync = (from, to) => {
    call(String(from), String(to));
    renameSync(from, to);
  };
  syncBuiltinESMExports();
  onTestFinished(() => {
    fs.renameSync = renameSync;
    syncBuiltinESMExports();
  });
}

afterEach(() => {
  vi.restoreAllMocks();
});

test('a touch of another process between the look and the removal keeps the blob, synced where it was', async () => {
  await using directory = await temporaryDirectory();
  const store = await createFsBlobStore({ root: directory.path });
  const { key, content } = textBlob('touched in between');
  await store.put(key, content);
  await utimes(store.blobPath(key), 1, 1);
  const synced = vi.spyOn(BlobSettler.prototype, 'settleEntries');
  let isTouching = true;
  beforeEachRename((from, to) => {
    if (isTouching && to.endsWith('.trash')) utimesSync(from, 2000, 2000);
  });
  expect(await store.delete(key, { ifReferencedBeforeMs: 1_000_000 })).toBe(false);
  expect(await store.has(key)).toBe(true);
  expect(existsSync(uploadDirectory(directory.path, key))).toBe(false);
  expect(synced).toHaveBeenCalledTimes(1);
  isTouching = false;
  expect(await store.delete(key, { ifReferencedBeforeMs: 3_000_000 })).toBe(true);
  expect(await readdir(dirname(dirname(store.blobPath(key))))).toEqual([]);
  await store.close();
});

test('a removal of another process between the look and ours is not ours', async () => {
  await using directory = await temporaryDirectory();
  const store = await createFsBlobStore({ root: directory.path });
  const other = await createFsBlobStore({ root: directory.path });
  const { key, content } = textBlob('removed in between');
  await store.put(key, content);
  let removal: Promise<boolean> | undefined;
  beforeEachRename(() => {
    removal ??= other.delete(key);
  });
  expect(await store.delete(key, { ifReferencedBeforeMs: Date.now() + 60_000 })).toBe(false);
  expect(await removal).toBe(true);
  await Promise.all([store.close(), other.close()]);
});

test('what comes back in place after its removal, by whomever, has to be settled anew', async () => {
  await using directory = await temporaryDirectory();
  const store = await createFsBlobStore({ root: directory.path });
  const { key, content } = textBlob('back again');
  await store.put(key, content);
  await store.delete(key);
  await mkdir(dirname(store.blobPath(key)), { recursive: true });
  await writeFile(store.blobPath(key), content);
  const settled = vi.spyOn(BlobSettler.prototype, 'settleFound');
  expect([await store.has(key), await store.has(key)]).toEqual([true, true]);
  expect(settled).toHaveBeenCalledTimes(1);
  await store.close();
});
