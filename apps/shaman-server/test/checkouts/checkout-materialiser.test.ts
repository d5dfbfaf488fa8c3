import { readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { type BlobKey, blobKey, type BlobStore, createMemoryBlobStore } from '@waybill/blob-store';
import { createFsBlobStore } from '@waybill/blob-store-fs';
import { temporaryDirectory } from '@waybill/test-kit';
import { expect, it } from 'vitest';
import { CacheEvictor } from '../../src/checkouts/cache-evictor.ts';
import type { MissingFilesError } from '../../src/checkouts/checkout-errors.ts';
import { CheckoutMaterialiser } from '../../src/checkouts/checkout-materialiser.ts';
import { openFileCheckoutStore } from '../../src/checkouts/open-file-checkout-store.ts';
import { createStoreLocator } from '../../src/checkouts/store-locator.ts';
import { TreeReferences } from '../../src/gc/tree-references.ts';
import { createMemoryPinStore } from '../../src/state/memory-pins.ts';
import { contentOf, TestClock } from '../gc/support.ts';
import { fileOf } from './support.ts';

/** A remote store that counts what is read from it, and a cache of 100 bytes in front of it. */
async function openRemoteScene(folder: string) {
  const memory = createMemoryBlobStore();
  const read: BlobKey[] = [];
  const remote: BlobStore = new Proxy(memory, {
    get: (target, name) => {
      const value = Reflect.get(target, name) as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        if (name === 'get') read.push(args[0] as BlobKey);
        return value.apply(target, args);
      };
    },
  });
  const clock = new TestClock();
  const pins = createMemoryPinStore({ clock });
  const cache = await createFsBlobStore({ root: join(folder, 'cache'), durability: 'none' });
  const locator = new CheckoutMaterialiser({ remote, cache, cacheLocator: createStoreLocator(cache) });
  const root = join(folder, 'jobs');
  const checkouts = await openFileCheckoutStore({ root, locator, pins, durability: 'none' });
  const evictor = new CacheEvictor({ cache, pins, sources: [new TreeReferences(root)], maxBytes: 100 });
  const put = async (text: string, path: string) => {
    const { key, bytes } = contentOf(text);
    await memory.put(key, bytes);
    return fileOf(text, path);
  };
  return { memory, read, clock, cache, checkouts, evictor, root, put };
}

it('fetches each blob once, and links to the local copy', async () => {
  await using folder = await temporaryDirectory();
  const { checkouts, put, read, root } = await openRemoteScene(folder.path);
  const files = [await put('one', 'a'), await put('two', 'd/b'), await put('one', 'd/c')];
  await checkouts.create({ layout: 'v3', path: 'first' }, files);
  await checkouts.create({ layout: 'v3', path: 'second' }, files);
  expect(read).toHaveLength(2);
  for (const path of ['first', 'second']) expect(readFileSync(join(root, path, 'd/c'), 'utf8')).toBe('one');
});

it('names all that the remote store lacks, and fetches nothing for such a checkout', async () => {
  await using folder = await temporaryDirectory();
  const { checkouts, put, read } = await openRemoteScene(folder.path);
  const files = [await put('one', 'a'), fileOf('lacking', 'b'), fileOf('too', 'c')];
  const error = await checkouts.create({ layout: 'v3', path: 'job' }, files).catch((reason: unknown) => reason);
  expect((error as MissingFilesError).files).toEqual(files.slice(1));
  expect(read).toEqual([]);
});

it('evicts what was used longest ago, and never what a checkout links or a definition in flight needs', async () => {
  await using folder = await temporaryDirectory();
  const { checkouts, put, read, cache, evictor, clock, root } = await openRemoteScene(folder.path);
  const linked = await put('L'.repeat(80), 'linked');
  await checkouts.create({ layout: 'v3', path: 'alive' }, [linked]);
  const used = await Promise.all(['1', '2', '3'].map((text) => put(text.repeat(30), `used-${text}`)));
  for (const [index, file] of used.entries()) {
    const { path } = await checkouts.create({ layout: 'v3', path: 'dead' }, [file]);
    await checkouts.erase(path);
    const at = (Date.now() - 1_000_000) / 1000 + index;
    utimesSync(cache.blobPath(blobKey(file.sha, file.sizeBytes)), at, at);
  }
  const keys = [linked, ...used].map(({ sha, sizeBytes }) => blobKey(sha, sizeBytes));
  utimesSync(cache.blobPath(keys[0]!), 1000, 1000);
  expect(await evictor.evict()).toMatchObject({ evictedBlobs: 0, sizeBytes: 170 });
  clock.advance(3_600_000);
  await checkouts.create({ layout: 'v3', path: 'again' }, [used[0]!]);
  await checkouts.erase('again');
  expect(await evictor.evict()).toMatchObject({ evictedBlobs: 2, evictedBytes: 60, sizeBytes: 110, problems: [] });
  expect(await cache.hasMany(keys)).toEqual([true, true, false, false]);
  expect(readFileSync(join(root, 'alive/linked'), 'utf8')).toBe('L'.repeat(80));
  await checkouts.create({ layout: 'v3', path: 'back' }, [used[1]!]);
  expect(statSync(join(root, 'back/used-2')).size).toBe(30);
  expect(read).toHaveLength(5);
});

it('evicts nothing while it is not known what checkouts link', async () => {
  await using folder = await temporaryDirectory();
  const { cache } = await openRemoteScene(folder.path);
  const { key, bytes } = contentOf('x'.repeat(200));
  await cache.put(key, bytes);
  const sources = [new TreeReferences(join(folder.path, 'not-mounted'))];
  const evictor = new CacheEvictor({ cache, pins: createMemoryPinStore(), sources, maxBytes: 100 });
  expect(await evictor.evict()).toMatchObject({ evictedBlobs: 0, problems: [{ source: sources[0]!.name }] });
  expect(await cache.has(key)).toBe(true);
});
