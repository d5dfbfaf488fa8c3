import { link, mkdir, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { blobKey, type BlobStore, createMemoryBlobStore } from '@waybill/blob-store';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { type BlobCollectorInit, createCollector } from '../../src/gc/blob-collector.ts';
import { createFolderCollectionLock } from '../../src/gc/collection-lock.ts';
import { CollectionRunningError } from '../../src/gc/gc-errors.ts';
import { createHardLinkCheck } from '../../src/gc/hard-links.ts';
import type { ReferenceSource } from '../../src/gc/reference-source.ts';
import { TreeReferences } from '../../src/gc/tree-references.ts';
import { createMemoryPinStore } from '../../src/state/memory-pins.ts';
import type { PinStore } from '../../src/state/pins.ts';
import { openScene } from '../checkouts/support.ts';
import { contentOf, sourceOf, TestClock } from './support.ts';

const DAY_MS = 86_400_000;

interface MemoryScene {
  readonly clock: TestClock;
  readonly store: BlobStore;
  readonly pins: PinStore;
  collector(init?: Partial<BlobCollectorInit>): ReturnType<typeof createCollector>;
}

function openMemory(): MemoryScene {
  const clock = new TestClock();
  const store = createMemoryBlobStore({ now: () => clock.nowMs() });
  const pins = createMemoryPinStore({ clock });
  return {
    ...{ clock, store, pins },
    collector: (init) => createCollector({ store, pins, clock, sources: [], maxDeletesPerSecond: Infinity, ...init }),
  };
}

const [a, b, c] = ['aaa', 'bbbb', 'ccccc'].map(contentOf) as [
  ReturnType<typeof contentOf>,
  ReturnType<typeof contentOf>,
  ReturnType<typeof contentOf>,
];

describe('a collection', () => {
  it('deletes what is old, and neither linked nor pinned, and says why the rest stays', async () => {
    const { clock, store, pins, collector } = openMemory();
    for (const { key, bytes } of [a, b, c]) await store.put(key, bytes);
    const gone = contentOf('gone');
    await store.put(gone.key, gone.bytes);
    clock.advance(32 * DAY_MS);
    await pins.pin([b.key]);
    await store.touch([c.key]);
    const report = await collector({ sources: [sourceOf(a.key)] }).collect();
    expect(report).toMatchObject({
      dryRun: false,
      problems: [],
      links: 1,
      examined: { blobs: 4, sizeBytes: 16 },
      deleted: { blobs: 1, sizeBytes: 4 },
      kept: {
        linked: { blobs: 1, sizeBytes: 3 },
        pinned: { blobs: 1, sizeBytes: 4 },
        young: { blobs: 1, sizeBytes: 5 },
        again: { blobs: 0 },
      },
      failures: [],
    });
    expect(await store.hasMany([a.key, b.key, c.key, gone.key])).toEqual([true, true, true, false]);
  });

  it('keeps blobs for 31 days unless told otherwise', async () => {
    const { clock, store, collector } = openMemory();
    await store.put(a.key, a.bytes);
    clock.advance(31 * DAY_MS);
    expect((await collector().collect()).deleted.blobs).toBe(0);
    expect((await collector().collect({ maxAgeMs: DAY_MS })).deleted.blobs).toBe(1);
  });

  it('deletes nothing in a dry run, and counts the same', async () => {
    const { clock, store, collector } = openMemory();
    for (const { key, bytes } of [a, b, c]) await store.put(key, bytes);
    clock.advance(32 * DAY_MS);
    const sources = [sourceOf(a.key)];
    const dry = await collector({ sources }).collect({ dryRun: true });
    expect(await Array.fromAsync(store.list())).toHaveLength(3);
    expect(dry).toMatchObject({ dryRun: true, deleted: { blobs: 2, sizeBytes: 9 }, swept: undefined });
    const wet = await collector({ sources }).collect();
    expect({ deleted: wet.deleted, kept: wet.kept }).toEqual({ deleted: dry.deleted, kept: dry.kept });
  });

  it('deletes nothing at all when one source cannot be read, and names every such source', async () => {
    const { clock, store, collector } = openMemory();
    await store.put(a.key, a.bytes);
    clock.advance(32 * DAY_MS);
    const broken = (name: string): ReferenceSource => ({ name, collect: () => Promise.reject(new Error('EIO')) });
    const sources = [broken('one'), sourceOf(), broken('two')];
    const report = await collector({ sources }).collect();
    expect(report.problems.map(({ source }) => source)).toEqual(['one', 'two']);
    expect(report).toMatchObject({ deleted: { blobs: 0 }, swept: undefined });
    expect(await store.has(a.key)).toBe(true);
  });

  it('goes on when one blob cannot be deleted, and says so', async () => {
    const { clock, store, collector } = openMemory();
    for (const { key, bytes } of [a, b]) await store.put(key, bytes);
    clock.advance(32 * DAY_MS);
    const failing = new Proxy(store, {
      get: (target, name) => {
        const value = Reflect.get(target, name) as (...args: unknown[]) => unknown;
        if (name !== 'delete') return value.bind(target);
        return (key: unknown, options: unknown) =>
          key === a.key ? Promise.reject(new Error('EIO')) : value.call(target, key, options);
      },
    });
    const report = await collector({ store: failing }).collect();
    expect(report).toMatchObject({ deleted: { blobs: 1 }, failures: [{ error: new Error('EIO') }] });
  });

  it('looks at the checkouts again when its mark has grown old', async () => {
    const { clock, store, collector } = openMemory();
    const contents = Array.from({ length: 200 }, (_, index) => contentOf(`blob ${index}`));
    for (const { key, bytes } of contents) await store.put(key, bytes);
    clock.advance(32 * DAY_MS);
    let marks = 0;
    const source: ReferenceSource = {
      name: 'counted',
      collect: async (into) => {
        marks += 1;
        if (marks > 1) for (const { key } of contents) into.add(key.digest);
        return 0;
      },
    };
    const running = collector({ sources: [source], maxDeletesPerSecond: 0.01 }).collect();
    const state = { ended: false };
    const end = running.finally(() => (state.ended = true));
    while (!state.ended) {
      clock.advance(DAY_MS);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await end).deleted.blobs).toBe(64);
    expect(marks).toBeGreaterThan(1);
  });

  it('stops when it is told to, and can be started anew', async () => {
    const { clock, store, collector } = openMemory();
    await store.put(a.key, a.bytes);
    clock.advance(32 * DAY_MS);
    const controller = new AbortController();
    const source: ReferenceSource = {
      name: 'aborts',
      collect: async () => {
        controller.abort(new Error('enough'));
        return 0;
      },
    };
    const one = collector({ sources: [source] });
    await expect(one.collect({ signal: controller.signal })).rejects.toThrow('enough');
    expect([await store.has(a.key), one.running]).toEqual([true, false]);
    expect((await one.collect()).deleted.blobs).toBe(1);
  });

  it('never runs twice at once, here or in another process of the same store', async () => {
    await using folder = await temporaryDirectory();
    const { collector } = openMemory();
    const lock = createFolderCollectionLock(folder.path);
    const reading = Promise.withResolvers<undefined>();
    const source: ReferenceSource = { name: 'slow', collect: () => reading.promise.then(() => 0) };
    const one = collector({ sources: [source], lock });
    const running = one.collect();
    await expect(one.collect()).rejects.toThrow(CollectionRunningError);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await expect(collector({ lock }).collect()).rejects.toThrow(CollectionRunningError);
    reading.resolve(undefined);
    await running;
    await collector({ lock }).collect();
  });
});

describe('a collection of a store on disk', () => {
  it('keeps what checkouts link, of whatever kind and by whatever path, and what extra folders link', async () => {
    await using storage = await temporaryDirectory();
    await mkdir(join(storage.path, 'disk/real'), { recursive: true });
    await symlink('disk/real', join(storage.path, 'shared'));
    const shared = join(storage.path, 'shared');
    const { store, pins, checkouts, put, root } = await openScene(shared);
    const names = ['relative', 'absolute', 'through', 'foreign', 'chain', 'hard', 'moved', 'nothing'];
    const files = await Promise.all(names.map((name) => put(`content ${name}`, name)));
    const pathOf = (at: number): string => store.blobPath(blobKey(files[at]!.sha, files[at]!.sizeBytes));
    await checkouts.create({ layout: 'v3', path: 'job' }, [files[0]!]);
    const foreign = join(root, 'ab/job_ab');
    const extra = join(storage.path, 'extra');
    await mkdir(foreign, { recursive: true });
    await mkdir(extra);
    await mkdir(join(storage.path, 'elsewhere'));
    await symlink(pathOf(1), join(foreign, 'absolute'));
    await symlink(pathOf(2).replace(join(storage.path, 'disk/real'), shared), join(extra, 'through'));
    await symlink(pathOf(3).replace(storage.path, '/mnt/of/another/machine'), join(foreign, 'foreign'));
    await symlink(pathOf(4), join(storage.path, 'elsewhere/link'));
    await symlink('../../elsewhere/link', join(extra, 'chain-not-there'));
    await symlink(join(storage.path, 'elsewhere/link'), join(extra, 'chain'));
    await link(pathOf(5), join(storage.path, 'hard'));
    await mkdir(join(storage.path, 'elsewhere/job'));
    await symlink(pathOf(6), join(storage.path, 'elsewhere/job/moved'));
    await symlink(join(storage.path, 'elsewhere/job'), join(root, 'linked-job'));
    for (const at of names.keys()) await utimes(pathOf(at), 1000, 1000);
    const collector = createCollector({
      ...{ store, pins: createMemoryPinStore(), sources: [new TreeReferences(root), new TreeReferences(extra)] },
      keeps: createHardLinkCheck((key) => store.blobPath(key)),
    });
    expect(await collector.collect()).toMatchObject({
      problems: [],
      deleted: { blobs: 1 },
      kept: { linked: { blobs: 7 } },
    });
    const left = await store.hasMany(files.map(({ sha, sizeBytes }) => blobKey(sha, sizeBytes)));
    expect(names.filter((_, at) => left[at] !== true)).toEqual(['nothing']);
    expect((await pins.count()).pins).toBe(1);
  });

  it('keeps what a checkout that is being built links', async () => {
    await using storage = await temporaryDirectory();
    const { store, put, root } = await openScene(storage.path);
    const { sha, sizeBytes } = await put('content', 'x');
    const path = store.blobPath(blobKey(sha, sizeBytes));
    await utimes(path, 1000, 1000);
    await mkdir(join(root, '.waybill/building/other/d'), { recursive: true });
    const target = path.slice(storage.path.length);
    await symlink(`../../..${target}`, join(root, '.waybill/building/other/d/x'));
    const sources = [new TreeReferences(root)];
    const report = await createCollector({ store, pins: createMemoryPinStore(), sources }).collect();
    expect(report).toMatchObject({ links: 1, deleted: { blobs: 0 }, kept: { linked: { blobs: 1 } } });
  });

  it('deletes nothing when the folder of the checkouts, or an extra one, is not there', async () => {
    await using storage = await temporaryDirectory();
    const { store, put, root } = await openScene(storage.path);
    const { sha, sizeBytes } = await put('content', 'x');
    await utimes(store.blobPath(blobKey(sha, sizeBytes)), 1000, 1000);
    const sources = [new TreeReferences(root), new TreeReferences(join(storage.path, 'not-mounted'))];
    const report = await createCollector({ store, pins: createMemoryPinStore(), sources }).collect();
    expect(report).toMatchObject({ deleted: { blobs: 0 }, problems: [{ source: sources[1]!.name }] });
    expect(await store.has(blobKey(sha, sizeBytes))).toBe(true);
  });
});
