import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BlobKey, PartialUploadBusyError } from '@waybill/blob-store';
import { source, stuckSource, textBlob } from '@waybill/blob-store/suite';
import { spawnChild, temporaryDirectory } from '@waybill/test-kit';
import { expect, test } from 'vitest';
import { formatFreePartialName, formatUploadName, uploadDirectory } from '../src/blob-layout.ts';
import { createFsBlobStore } from '../src/index.ts';

/** A process on another machine, or of an earlier boot. */
const ELSEWHERE = '0123456789abp1s1';

async function layUpload(root: string, key: BlobKey, name: string, content: Uint8Array, ageMs = 0): Promise<string> {
  const path = join(uploadDirectory(root, key), name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  const atSeconds = (Date.now() - ageMs) / 1000;
  await utimes(path, atSeconds, atSeconds);
  return path;
}

test('what a process leaves behind is swept when it has ended, not before; its partial upload can be taken up', async () => {
  await using directory = await temporaryDirectory();
  const store = await createFsBlobStore({ root: directory.path });
  const { key, content } = textBlob('held partial', 10_000);
  await using child = await spawnChild(new URL('fixtures/holder.ts', import.meta.url), [directory.path]);
  const line = await child.lines[Symbol.asyncIterator]().next();
  if (line.done === true) expect.fail(`it ended: ${JSON.stringify(await child.exited)}`);
  expect(await store.sweep({ maxAgeMs: -1000 })).toEqual({ uploads: 0, partials: 0, sizeBytes: 0 });
  await expect(store.partials.open(key)).rejects.toBeInstanceOf(PartialUploadBusyError);
  child.kill('SIGKILL');
  await child.exited;
  expect(await store.sweep()).toMatchObject({ uploads: 1, partials: 0 });
  await using upload = await store.partials.open(key);
  expect(upload.offset).toBe(4000);
  await upload.append(source([content.subarray(4000)]));
  expect(await upload.finish()).toBe('stored');
  await store.close();
});

test('uploads of other machines are swept when they are old', async () => {
  await using directory = await temporaryDirectory();
  const store = await createFsBlobStore({ root: directory.path });
  const { key, content } = textBlob('from elsewhere');
  const sizeBytes = content.length;
  const young = await layUpload(directory.path, key, formatUploadName(sizeBytes, ELSEWHERE, 1, 'tmp'), content);
  const old = await layUpload(
    directory.path,
    key,
    formatUploadName(sizeBytes, ELSEWHERE, 2, 'tmp'),
    content,
    7_200_000,
  );
  const left = await layUpload(directory.path, key, formatFreePartialName(sizeBytes), content.subarray(5), 7_200_000);
  expect(await store.sweep()).toEqual({ uploads: 0, partials: 0, sizeBytes: 0 });
  expect(await store.sweep({ maxAgeMs: 3_600_000 })).toEqual({ uploads: 1, partials: 1, sizeBytes: 2 * sizeBytes - 5 });
  expect([young, old, left].map((path) => existsSync(path))).toEqual([true, false, false]);
  await store.close();
});

test('a blob that was on its way out when its process ended is put back, unless it is there again', async () => {
  await using directory = await temporaryDirectory();
  const store = await createFsBlobStore({ root: directory.path });
  const { key, content } = textBlob('on its way out');
  const name = formatUploadName(content.length, ELSEWHERE, 1, 'trash');
  await layUpload(directory.path, key, name, content, 7_200_000);
  expect(await store.sweep({ maxAgeMs: 3_600_000 })).toEqual({ uploads: 0, partials: 0, sizeBytes: 0 });
  expect(await store.has(key)).toBe(true);
  expect(readFileSync(store.blobPath(key))).toEqual(content);
  await layUpload(directory.path, key, name, content, 7_200_000);
  expect(await store.sweep({ maxAgeMs: 3_600_000 })).toMatchObject({ uploads: 1 });
  expect(await store.has(key)).toBe(true);
  await store.close();
});

test('directories that an original leaves empty are removed, those of a moment ago are not', async () => {
  await using directory = await temporaryDirectory();
  const store = await createFsBlobStore({ root: directory.path });
  const [old, young] = [textBlob('old').key, textBlob('young').key].map((key) => uploadDirectory(directory.path, key));
  for (const path of [old, young]) await mkdir(path!, { recursive: true });
  await utimes(old!, 0, 0);
  await store.sweep();
  expect([existsSync(old!), existsSync(young!)]).toEqual([false, true]);
  await store.close();
});

test('a partial upload of a writer elsewhere is taken over when it has been silent, not before', async () => {
  await using directory = await temporaryDirectory();
  const store = await createFsBlobStore({ root: directory.path });
  const { key, content } = textBlob('taken over', 1000);
  const name = formatUploadName(content.length, ELSEWHERE, 1, 'partial');
  const path = await layUpload(directory.path, key, name, content.subarray(0, 400));
  await expect(store.partials.open(key)).rejects.toBeInstanceOf(PartialUploadBusyError);
  await layUpload(directory.path, key, name, content.subarray(0, 400), 120_000);
  await using upload = await store.partials.open(key);
  expect(upload.offset).toBe(400);
  expect(existsSync(path)).toBe(false);
  await upload.append(source([content.subarray(400)]));
  expect(await upload.finish()).toBe('stored');
  await store.close();
});

test('a partial upload whose bytes have changed on disk is found out', async () => {
  await using directory = await temporaryDirectory();
  const store = await createFsBlobStore({ root: directory.path });
  const { key, content } = textBlob('changed on disk', 1000);
  const changed = Buffer.from(content.subarray(0, 500)).reverse();
  await layUpload(directory.path, key, formatFreePartialName(content.length), changed);
  const upload = await store.partials.open(key);
  await upload.append(source([content.subarray(upload.offset)]));
  await expect(upload.finish()).rejects.toMatchObject({ code: 'ERR_BLOB_DIGEST_MISMATCH' });
  expect(await store.has(key)).toBe(false);
  await store.close();
});

test('a partial upload that is longer than its blob begins anew', async () => {
  await using directory = await temporaryDirectory();
  const store = await createFsBlobStore({ root: directory.path });
  const { key, content } = textBlob('too long', 100);
  await layUpload(directory.path, key, formatFreePartialName(content.length), Buffer.alloc(content.length + 1));
  await using upload = await store.partials.open(key);
  expect(upload.offset).toBe(0);
  await upload.append(source([content]));
  expect(await upload.finish()).toBe('stored');
  expect(await store.has(key)).toBe(true);
  await store.close();
});

test('an upload has a name that an original takes for one of its own, for as long as it lasts', async () => {
  await using directory = await temporaryDirectory();
  const store = await createFsBlobStore({ root: directory.path });
  const { key, content } = textBlob('in flight', 500_000);
  const abort = new AbortController();
  const stuck = stuckSource([content.subarray(0, 400_000)]);
  const put = store.put(key, stuck, { signal: abort.signal });
  await stuck.waiting;
  const [name = ''] = await readdir(uploadDirectory(directory.path, key));
  expect(name).toMatch(new RegExp(`^${key.sizeBytes}-[0-9a-z]+\\.tmp$`));
  abort.abort(new Error('ended'));
  await expect(put).rejects.toThrow('ended');
  expect(existsSync(uploadDirectory(directory.path, key))).toBe(false);
  await store.close();
});

test('an upload that somebody removes fails, and stores nothing', async () => {
  await using directory = await temporaryDirectory();
  const store = await createFsBlobStore({ root: directory.path });
  const { key, content } = textBlob('taken away', 500_000);
  const upload = await store.partials.open(key);
  await upload.append(source([content]));
  const [name = ''] = await readdir(uploadDirectory(directory.path, key));
  await rename(join(uploadDirectory(directory.path, key), name), join(directory.path, 'elsewhere'));
  await expect(upload.finish()).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await store.has(key)).toBe(false);
  await store.close();
});
