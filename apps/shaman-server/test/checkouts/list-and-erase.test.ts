import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { blobKey } from '@waybill/blob-store';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { CheckoutExistsError } from '../../src/checkouts/checkout-errors.ts';
import { fileOf, openScene, strays } from './support.ts';

const v3 = (path: string) => ({ layout: 'v3', path }) as const;
const v2 = (id: string) => ({ layout: 'v2', id }) as const;

/** A checkout as the originals lay it out, with absolute links (v2) or relative ones. */
function makeForeign(root: string, path: string, files: Record<string, string>): void {
  for (const [name, target] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path, name)), { recursive: true });
    symlinkSync(target, join(root, path, name));
  }
}

describe('listing checkouts', () => {
  it('says how large each is and since when, in the order of their paths', async () => {
    await using storage = await temporaryDirectory();
    const { checkouts, put } = await openScene(storage.path);
    const before = Date.now();
    await checkouts.create(v3('show/b'), [await put('12345', 'x'), await put('12345', 'y')]);
    await checkouts.create(v2('job_17'), [await put('1', 'x')]);
    await checkouts.create(v3('show/a'), []);
    const listed = await Array.fromAsync(checkouts.list());
    expect(listed.map(({ createdAtMs: _, ...rest }) => rest)).toEqual([
      { path: '17/job_17', name: 'job_17', files: 1, sizeBytes: 1 },
      { path: 'show/a', name: 'a', files: 0, sizeBytes: 0 },
      { path: 'show/b', name: 'b', files: 2, sizeBytes: 10 },
    ]);
    for (const { createdAtMs } of listed) expect(createdAtMs).toBeGreaterThanOrEqual(before - 1000);
  });

  it('finds those that the originals have made in the same root', async () => {
    await using storage = await temporaryDirectory();
    const { checkouts, put, root, store } = await openScene(storage.path);
    const file = await put('content', 'scene.blend');
    const blob = store.blobPath(blobKey(file.sha, file.sizeBytes));
    makeForeign(root, '42/some_job_42', { 'scene.blend': blob, 'tex/a': blob });
    makeForeign(root, '2026-01-30_110122-job', { 'deep/er/scene.blend': blob });
    await checkouts.create(v3('42/ours_42'), [file]);
    const listed = await Array.fromAsync(checkouts.list());
    expect(listed.map(({ path, files, sizeBytes }) => [path, files, sizeBytes])).toEqual([
      ['2026-01-30_110122-job', 1, 7],
      ['42/ours_42', 1, 7],
      ['42/some_job_42', 2, 14],
    ]);
    expect(await checkouts.erase('42')).toBe(false);
    expect(await checkouts.erase('42/some_job_42')).toBe(true);
    expect(await checkouts.erase('2026-01-30_110122-job')).toBe(true);
    expect(await readdir(root)).toEqual(['.waybill', '42']);
    expect(existsSync(blob)).toBe(true);
  });

  it('finds where packs of BAT begin that an original has made at any depth', async () => {
    await using storage = await temporaryDirectory();
    const { checkouts, root } = await openScene(storage.path);
    makeForeign(root, 'show/shots/10', { 'pack-info.txt': 'nowhere', 'scenes/a.blend': 'nowhere' });
    makeForeign(root, 'show/shots/20', { 'scenes/b.blend': 'nowhere' });
    makeForeign(root, 'flat/deep/er', { 'c.blend': 'nowhere' });
    const listed = await Array.fromAsync(checkouts.list());
    expect(listed.map(({ path, files }) => [path, files])).toEqual([
      ['flat', 1],
      ['show/shots/10', 2],
      ['show/shots/20', 1],
    ]);
    expect(await checkouts.erase('show')).toBe(false);
    expect(await checkouts.erase('show/shots')).toBe(false);
    expect(await checkouts.erase('show/shots/10')).toBe(true);
    expect((await Array.fromAsync(checkouts.list())).map(({ path }) => path)).toEqual(['flat', 'show']);
  });

  it('no longer shows one that a Manager has erased, nor what it knew of it', async () => {
    await using storage = await temporaryDirectory();
    const { checkouts, put, root } = await openScene(storage.path);
    await checkouts.create(v3('job'), [await put('1', 'x')]);
    rmSync(join(root, 'job'), { recursive: true });
    expect(await Array.fromAsync(checkouts.list())).toEqual([]);
    makeForeign(root, 'job', { a: 'nowhere', b: 'nowhere' });
    expect(await Array.fromAsync(checkouts.list())).toMatchObject([{ path: 'job', files: 2 }]);
  });

  it('survives the process', async () => {
    await using storage = await temporaryDirectory();
    const first = await openScene(storage.path);
    await first.checkouts.create(v3('show/a'), [await first.put('1', 'x')]);
    await first.checkouts.close();
    const { checkouts } = await openScene(storage.path);
    expect(await Array.fromAsync(checkouts.list())).toMatchObject([{ path: 'show/a', files: 1 }]);
  });
});

describe('showing a checkout', () => {
  it('names its files, their blobs, and those whose blob is gone', async () => {
    await using storage = await temporaryDirectory();
    const { checkouts, put, store } = await openScene(storage.path);
    const [a, b] = [await put('one', 'dir/a'), await put('three', 'b')];
    await checkouts.create(v3('job'), [a, b]);
    await store.delete(blobKey(a.sha, a.sizeBytes));
    expect(await checkouts.show('job')).toMatchObject({
      path: 'job',
      entries: [
        { path: 'b', sha: b.sha, sizeBytes: 5, present: true },
        { path: 'dir/a', sha: a.sha, sizeBytes: 3, present: false },
      ],
    });
    expect(await checkouts.show('job/dir')).toBeUndefined();
    expect(await checkouts.show('other')).toBeUndefined();
  });
});

describe('erasing a checkout', () => {
  it('removes it with what was only there for it, and nothing else', async () => {
    await using storage = await temporaryDirectory();
    const { checkouts, put, root, store } = await openScene(storage.path, { durability: 'full' });
    const file = await put('1', 'd/x');
    await checkouts.create(v3('show/shots/a'), [file]);
    await checkouts.create(v3('show/b'), [file]);
    expect(await checkouts.erase('show/shots/a')).toBe(true);
    expect(await readdir(join(root, 'show'))).toEqual(['b']);
    expect(await checkouts.erase('show/shots/a')).toBe(false);
    expect(readFileSync(join(root, 'show/b/d/x'), 'utf8')).toBe('1');
    expect(await readdir(join(root, '.waybill/records'))).toHaveLength(1);
    expect(strays(root)).toEqual([]);
    expect(await store.has(blobKey(file.sha, file.sizeBytes))).toBe(true);
  });

  it('is refused for what is inside a checkout, and for folders of checkouts', async () => {
    await using storage = await temporaryDirectory();
    const { checkouts, put, root } = await openScene(storage.path);
    await checkouts.create(v3('show/a'), [await put('1', 'd/x')]);
    symlinkSync('show', join(root, 'link'));
    for (const path of ['show', 'show/a/d', 'show/a/d/x', 'link', 'link/a'])
      expect([path, await checkouts.erase(path)]).toEqual([path, false]);
    expect(readFileSync(join(root, 'show/a/d/x'), 'utf8')).toBe('1');
  });

  it('believes who names one that an original has made, unless files or checkouts of ours are above it', async () => {
    await using storage = await temporaryDirectory();
    const { checkouts, put, root } = await openScene(storage.path);
    makeForeign(root, 'show/shots/10', { 'scenes/a.blend': 'nowhere' });
    makeForeign(root, 'show/shots/20', { 'scenes/b.blend': 'nowhere' });
    makeForeign(root, 'files/above', { 'x/y': 'nowhere' });
    makeForeign(root, 'files', { z: 'nowhere' });
    await checkouts.create(v3('ours'), [await put('1', 'd/e/x')]);
    expect(await checkouts.show('show/shots/10')).toMatchObject({ files: 1, entries: [{ path: 'scenes/a.blend' }] });
    for (const path of ['files/above', 'files/above/x', 'ours/d', 'ours/d/e', 'show/none'])
      expect([path, await checkouts.erase(path)]).toEqual([path, false]);
    expect(await checkouts.erase('show/shots/10')).toBe(true);
    expect(await readdir(join(root, 'show/shots'))).toEqual(['20']);
    expect(await checkouts.erase('show/shots/20')).toBe(true);
    expect((await readdir(root)).sort()).toEqual(['.waybill', 'files', 'ours']);
  });

  it('and making one of the same name go on at once without a loss', async () => {
    await using storage = await temporaryDirectory();
    const { checkouts, put, root } = await openScene(storage.path);
    const files = [await put('1', 'd/x'), await put('2', 'y')];
    let made = 0;
    let erased = 0;
    let makers = 2;
    const maker = async (): Promise<void> => {
      for (let tries = 0; tries < 5000 && made < 40; tries += 1) {
        await checkouts.create(v2('same_id'), files).then(
          () => (made += 1),
          (error: unknown) => expect(error).toBeInstanceOf(CheckoutExistsError),
        );
        await setImmediate();
      }
      makers -= 1;
    };
    const eraser = async (): Promise<void> => {
      while (makers > 0) {
        if (await checkouts.erase('id/same_id')) erased += 1;
        await setImmediate();
      }
    };
    await Promise.all([maker(), eraser(), maker(), eraser()]);
    const left = (await Array.fromAsync(checkouts.list())).length;
    expect(made).toBeGreaterThanOrEqual(40);
    expect(erased + left).toBe(made);
    if (left === 1) expect((await readdir(join(root, 'id/same_id'))).sort()).toEqual(['d', 'y']);
    expect(strays(root)).toEqual([]);
  });
});

describe('erasing checkouts whose job is gone', () => {
  it('spares those that are alive, by path or by name, and those that are young', async () => {
    await using storage = await temporaryDirectory();
    const { checkouts, put, root } = await openScene(storage.path);
    const files = [await put('1', 'x')];
    for (const path of ['alive', 'gone', 'show/alive-too', 'show/gone-too']) await checkouts.create(v3(path), files);
    await checkouts.create(v2('job_7'), files);
    const live = new Set(['alive', 'alive-too', 'job_7']);
    expect(await checkouts.eraseGone(live)).toEqual([]);
    expect(await checkouts.eraseGone(live, { minAgeMs: 0, dryRun: true })).toEqual(['gone', 'show/gone-too']);
    expect(await checkouts.eraseGone(live, { minAgeMs: 0 })).toEqual(['gone', 'show/gone-too']);
    expect((await readdir(root)).sort()).toEqual(['.waybill', '_7', 'alive', 'show']);
    expect(await readdir(join(root, 'show'))).toEqual(['alive-too']);
  });
});

describe('erasing checkouts of originals whose job is gone', () => {
  it('spares a folder that holds a live one, also where nothing says where that begins', async () => {
    await using storage = await temporaryDirectory();
    const { checkouts, root } = await openScene(storage.path);
    makeForeign(root, 'show/shots/10', { 'scenes/a.blend': 'nowhere' });
    makeForeign(root, 'gone/shots/10', { 'scenes/a.blend': 'nowhere' });
    const live = new Set(['show/shots/10', '/', '//x', '']);
    expect(await checkouts.eraseGone(live, { minAgeMs: 0 })).toEqual(['gone']);
    expect(await readdir(join(root, 'show/shots'))).toEqual(['10']);
  });
});

describe('what is left over', () => {
  it('is removed when its owner is gone, and spared when that cannot be known and it is young', async () => {
    await using storage = await temporaryDirectory();
    const { root } = await openScene(storage.path);
    const aside = (name: string): string => join(root, '.waybill/building', name);
    const old = new Date(Date.now() - 2 * 86_400_000);
    mkdirSync(join(aside('elsewhere-old'), 'd'), { recursive: true });
    mkdirSync(join(aside('elsewhere-young'), 'd'), { recursive: true });
    writeFileSync(join(aside('elsewhere-old'), 'd/file'), '');
    utimesSync(aside('elsewhere-old'), old, old);
    const { checkouts } = await openScene(storage.path);
    expect(await readdir(join(root, '.waybill/building'))).toEqual(['elsewhere-young']);
    expect(await checkouts.sweep()).toBe(0);
  });

  it('is never taken for a blob or a checkout', async () => {
    await using storage = await temporaryDirectory();
    const { checkouts, root } = await openScene(storage.path);
    mkdirSync(join(root, '.waybill/building/x/y'), { recursive: true });
    expect(await Array.fromAsync(checkouts.list())).toEqual([]);
    expect(await checkouts.show(fileOf('x', 'nowhere').path)).toBeUndefined();
  });
});
