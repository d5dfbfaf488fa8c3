import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { blobBytes, formatBlobKey } from '@waybill/blob-store';
import { type SuiteBlob, textBlobs } from '@waybill/blob-store/suite';
import { formatHex } from '@waybill/digest';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, test } from 'vitest';
import { createFsBlobStore } from '../src/index.ts';

const there = textBlobs('there', 20, (index) => index * 100);
const LONG_AGO = new Date('2020-02-02T02:02:02Z');

/** As both originals lay it out: DIGEST[0:2]/DIGEST[2:]/SIZE.blob, and uploads as SIZE-RANDOM.tmp, left behind for ever. */
async function layOut(root: string): Promise<void> {
  for (const { key, content } of there) {
    const hex = formatHex(key.digest);
    for (const [kind, name] of [
      ['stored', `${content.length}.blob`],
      ['uploading', `${content.length}-1804289383.tmp`],
    ] as const) {
      const path = join(root, kind, hex.slice(0, 2), hex.slice(2), name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
      await utimes(path, LONG_AGO, LONG_AGO);
    }
  }
}

/** What is not by the rules, and is nobody's business: the v2 server takes digests of other kinds and lengths. */
async function addStrangers(root: string): Promise<string[]> {
  const hex = 'ab'.repeat(32);
  const names = [
    join('stored', hex.slice(0, 2), hex.slice(2), 'notes.txt'),
    join('stored', hex.slice(0, 2), hex.slice(2), '12.blob.bak'),
    join('stored', 'ab', 'cdefghijklmnop', '5.blob'),
    join('stored', 'README'),
    join('uploading', hex.slice(0, 2), hex.slice(2), 'notes.txt'),
  ];
  for (const name of names) {
    await mkdir(join(root, dirname(name)), { recursive: true });
    await writeFile(join(root, name), 'not a blob');
    await utimes(join(root, name), LONG_AGO, LONG_AGO);
  }
  return names;
}

const names = (blobs: readonly SuiteBlob[]): string[] => blobs.map(({ key }) => formatBlobKey(key)).sort();

describe.each([
  ['v2: the file store is a folder of its own', 'files'],
  ['v3: the file store is beside the jobs', join('storage', 'file-store')],
])('a store of the original %s', (_title, folder) => {
  test('is taken over in place', async () => {
    await using directory = await temporaryDirectory();
    const root = join(directory.path, folder);
    await layOut(root);
    const strangers = await addStrangers(root);
    const store = await createFsBlobStore({ root });

    expect(await store.hasMany(there.map(({ key }) => key))).toEqual(there.map(() => true));
    for (const { key, content } of there) {
      expect(Buffer.from(await blobBytes(await store.get(key)))).toEqual(content);
    }
    const listed = await Array.fromAsync(store.list());
    expect(listed.map(({ key }) => formatBlobKey(key)).sort()).toEqual(names(there));
    expect(listed.map(({ referencedAtMs }) => referencedAtMs)).toEqual(there.map(() => LONG_AGO.getTime()));

    const [more] = textBlobs('more', 1, () => 300_000);
    if (more === undefined) throw new Error('no blob');
    expect(await store.put(more.key, more.content)).toBe('stored');
    const hex = formatHex(more.key.digest);
    const path = join(root, 'stored', hex.slice(0, 2), hex.slice(2), `${more.content.length}.blob`);
    expect((await readFile(path)).equals(more.content)).toBe(true);
    // Leftovers of the original say "uploading" for ever; of those who wrote a moment ago nothing is known.
    expect(await store.sweep()).toMatchObject({ uploads: there.length, partials: 0 });
    for (const name of strangers) expect(existsSync(join(root, name)), name).toBe(true);
    await store.close();
  });
});

test('a store behind a symbolic link has the paths of the real one', async () => {
  await using directory = await temporaryDirectory();
  const real = join(directory.path, 'real', 'place');
  await mkdir(real, { recursive: true });
  await symlink(real, join(directory.path, 'link'));
  const store = await createFsBlobStore({ root: join(directory.path, 'link') });
  const [blob] = textBlobs('linked', 1);
  if (blob === undefined) throw new Error('no blob');
  await store.put(blob.key, blob.content);
  expect(store.root).toBe(real);
  expect(relative(real, store.blobPath(blob.key))).toMatch(/^stored\/[0-9a-f]{2}\/[0-9a-f]{62}\/\d+\.blob$/);
  expect(await readFile(store.blobPath(blob.key))).toEqual(blob.content);
  await store.close();
});

test('blobs have the permissions that are asked for, and leave no directories behind', async () => {
  await using directory = await temporaryDirectory();
  const store = await createFsBlobStore({ root: directory.path, fileMode: 0o640 });
  const sample = join(directory.path, 'sample');
  await writeFile(sample, '', { mode: 0o640 });
  const blobs = textBlobs('permissions', 2, (index) => index * 300_000);
  for (const { key, content } of blobs) {
    await store.put(key, content);
    expect((await stat(store.blobPath(key))).mode).toBe((await stat(sample)).mode);
    await store.delete(key);
  }
  await store.close();
  for (const kind of ['stored', 'uploading']) {
    for (const prefix of await readdir(join(directory.path, kind))) {
      expect(await readdir(join(directory.path, kind, prefix))).toEqual([]);
    }
  }
});
