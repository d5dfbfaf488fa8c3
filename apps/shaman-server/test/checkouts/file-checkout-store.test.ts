import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { blobKey } from '@waybill/blob-store';
import { temporaryDirectory, waitFor } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import {
  CheckoutExistsError,
  CheckoutFilesConflictError,
  CheckoutInsideAnotherError,
  CheckoutPathInvalidError,
  MissingFilesError,
} from '../../src/checkouts/checkout-errors.ts';
import type { LinkKind } from '../../src/checkouts/checkout-store.ts';
import { fileOf, openScene, strays, treeOf } from './support.ts';

const v3 = (path: string) => ({ layout: 'v3', path }) as const;
const v2 = (id: string) => ({ layout: 'v2', id }) as const;

describe('making a checkout', () => {
  it('shows every file at its path, by relative links into the store', async () => {
    await using storage = await temporaryDirectory();
    const { checkouts, put, root } = await openScene(storage.path);
    const scene = await put('a scene', 'scene.blend');
    const wood = await put('wood', 'textures/wood.png');
    const created = await checkouts.create(v3('show/shot-1'), [scene, wood]);
    expect(created).toEqual({ path: 'show/shot-1', files: 2, sizeBytes: 11 });
    const link = (up: string, { sha, sizeBytes }: { sha: string; sizeBytes: number }): string =>
      `${up}file-store/stored/${sha.slice(0, 2)}/${sha.slice(2)}/${sizeBytes}.blob`;
    expect(treeOf(join(root, 'show'))).toEqual([
      'shot-1/',
      `shot-1/scene.blend -> ${link('../../../', scene)}`,
      'shot-1/textures/',
      `shot-1/textures/wood.png -> ${link('../../../../', wood)}`,
    ]);
    expect(readFileSync(join(root, 'show/shot-1/textures/wood.png'), 'utf8')).toBe('wood');
    expect(strays(root)).toEqual([]);
  });

  it('works where the roots are reached by symbolic links, also from the folder itself', async () => {
    await using storage = await temporaryDirectory();
    await mkdir(join(storage.path, 'disks/deep/jobs'), { recursive: true });
    await mkdir(join(storage.path, 'other/blobs'), { recursive: true });
    await mkdir(join(storage.path, 'shared'));
    await symlink('../disks/deep/jobs', join(storage.path, 'shared/jobs'));
    await symlink('../other/blobs', join(storage.path, 'shared/file-store'));
    const { checkouts, put } = await openScene(join(storage.path, 'shared'));
    const { path } = await checkouts.create(v3('a'), [await put('content', 'x/y')]);
    expect(readFileSync(join(storage.path, 'shared/jobs', path, 'x/y'), 'utf8')).toBe('content');
    expect(readFileSync(join(storage.path, 'disks/deep/jobs', path, 'x/y'), 'utf8')).toBe('content');
  });

  it('is by hard links and copies where that is asked for', async () => {
    for (const links of ['hardlink', 'copy'] satisfies LinkKind[]) {
      await using storage = await temporaryDirectory();
      const { checkouts, store, put, root } = await openScene(storage.path, { links, durability: 'full' });
      const file = await put('content', 'x/y');
      await checkouts.create(v3('a'), [file]);
      const made = lstatSync(join(root, 'a/x/y'));
      const blob = statSync(store.blobPath(blobKey(file.sha, file.sizeBytes)));
      expect([made.isFile(), made.ino === blob.ino]).toEqual([true, links === 'hardlink']);
      expect(readFileSync(join(root, 'a/x/y'), 'utf8')).toBe('content');
    }
  });

  it('chooses symbolic links by itself, and leaves no trace of having tried', async () => {
    await using storage = await temporaryDirectory();
    const { checkouts, root, store } = await openScene(storage.path);
    expect(checkouts.links).toBe('symlink');
    expect(strays(root)).toEqual([]);
    expect((await readdir(store.root)).sort()).toEqual(['stored', 'uploading']);
  });

  it('names all the files that the store lacks, and makes nothing', async () => {
    await using storage = await temporaryDirectory();
    const { checkouts, put, root } = await openScene(storage.path);
    const files = [fileOf('1', 'one'), await put('2', 'two'), fileOf('3', 'three')];
    const error = await checkouts.create(v3('a'), files).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MissingFilesError);
    expect((error as MissingFilesError).files).toEqual([files[0], files[2]]);
    expect(treeOf(root)).toEqual([]);
    expect(strays(root)).toEqual([]);
  });

  it('takes one path twice with one content, and refuses it with two, or a path below a file', async () => {
    await using storage = await temporaryDirectory();
    const { checkouts, put, root } = await openScene(storage.path);
    const [a, b] = [await put('1', 'a'), await put('2', 'a')];
    expect(await checkouts.create(v3('twice'), [a, a])).toMatchObject({ files: 1 });
    const conflicts = [
      { files: [a, b], path: 'a', other: 'a' },
      { files: [a, { ...b, path: 'a/b/c' }], path: 'a/b/c', other: 'a' },
      { files: [{ ...b, path: 'a/b' }, a], path: 'a/b', other: 'a' },
    ];
    for (const { files, path, other } of conflicts) {
      const making = checkouts.create(v3('conflict'), files);
      await expect(making).rejects.toMatchObject({ path, other, code: 'ERR_CHECKOUT_FILES_CONFLICT' });
      await expect(making).rejects.toThrow(CheckoutFilesConflictError);
    }
    expect(await readdir(root)).not.toContain('conflict');
  });

  it('makes an empty checkout an empty folder, once', async () => {
    await using storage = await temporaryDirectory();
    const { checkouts, root } = await openScene(storage.path, { durability: 'full' });
    expect(await checkouts.create(v3('none'), [])).toEqual({ path: 'none', files: 0, sizeBytes: 0 });
    expect((await checkouts.create(v3('none'), [])).path).toMatch(/^none-[a-z0-9]{4}$/);
    expect(await Array.fromAsync(checkouts.list())).toHaveLength(2);
    expect(await checkouts.erase('none')).toBe(true);
    expect(existsSync(join(root, 'none'))).toBe(false);
  });

  it('touches every blob of it', async () => {
    await using storage = await temporaryDirectory();
    const { checkouts, store, put } = await openScene(storage.path);
    const files = [await put('1', 'd/1'), await put('2', 'd/2'), await put('3', 'e/3')];
    const paths = files.map(({ sha, sizeBytes }) => store.blobPath(blobKey(sha, sizeBytes)));
    for (const path of paths) utimesSync(path, 1000, 1000);
    await checkouts.create(v3('a'), files);
    for (const path of paths) expect(Date.now() - statSync(path).mtimeMs).toBeLessThan(60_000);
  });

  it('stops when it is told to, and leaves nothing', async () => {
    await using storage = await temporaryDirectory();
    const { checkouts, put, root } = await openScene(storage.path);
    const file = await put('1', 'a');
    const files = Array.from({ length: 5_000 }, (_, index) => ({ ...file, path: `d/${index}` }));
    const controller = new AbortController();
    const making = checkouts.create(v3('a'), files, { signal: controller.signal });
    await waitFor(() => strays(root).length > 0, { intervalMs: 1 });
    controller.abort(new Error('enough'));
    await expect(making).rejects.toThrow('enough');
    expect(treeOf(root)).toEqual([]);
    expect(strays(root)).toEqual([]);
  });
});

describe('the place of a checkout', () => {
  it('is <last two>/<id> in v2, also for an id of one character, and a second one is refused', async () => {
    await using storage = await temporaryDirectory();
    const { checkouts, put, root } = await openScene(storage.path);
    const files = [await put('1', 'a')];
    for (const [id, path] of [
      ['some_job_42', '42/some_job_42'],
      ['x', 'x/x'],
      ['xy', 'xy/xy'],
    ] as const) {
      expect((await checkouts.create(v2(id), files)).path).toBe(path);
      const before = treeOf(root);
      await expect(checkouts.create(v2(id), files)).rejects.toThrow(CheckoutExistsError);
      expect(treeOf(root)).toEqual(before);
    }
  });

  it('gets a suffix in v3 when it is taken: by a checkout, an empty folder, a file or a dead link', async () => {
    await using storage = await temporaryDirectory();
    const { checkouts, put, root } = await openScene(storage.path);
    const files = [await put('1', 'a')];
    await checkouts.create(v3('checkout'), files);
    mkdirSync(join(root, 'empty'));
    writeFileSync(join(root, 'file'), '');
    symlinkSync('nowhere', join(root, 'link'));
    for (const name of ['checkout', 'empty', 'file', 'link']) {
      const { path } = await checkouts.create(v3(name), files);
      expect(path).toMatch(new RegExp(`^${name}-[a-z0-9]{4}$`));
      expect(readFileSync(join(root, path, 'a'), 'utf8')).toBe('1');
    }
    expect(await readdir(join(root, 'empty'))).toEqual([]);
    expect(await readdir(join(root, 'checkout'))).toEqual(['a']);
  });

  it('is another for each of many that want the same one at once', async () => {
    await using storage = await temporaryDirectory();
    const { checkouts, put, root } = await openScene(storage.path);
    const files = [await put('1', 'a')];
    const made = await Promise.all(Array.from({ length: 40 }, () => checkouts.create(v3('same/name'), files)));
    const paths = made.map(({ path }) => path);
    expect(new Set(paths).size).toBe(40);
    for (const path of paths) expect(treeOf(join(root, path))).toHaveLength(1);
    const ids = await Promise.allSettled(Array.from({ length: 20 }, () => checkouts.create(v2('the_id'), files)));
    expect(ids.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = ids.filter((one) => one.status === 'rejected');
    expect(refused.every(({ reason }) => reason instanceof CheckoutExistsError)).toBe(true);
  });

  it('is never inside another checkout, nor beyond a link', async () => {
    await using storage = await temporaryDirectory();
    const { checkouts, put, root } = await openScene(storage.path);
    const files = [await put('1', 'd/a')];
    await checkouts.create(v3('one'), files);
    mkdirSync(join(root, 'foreign'));
    writeFileSync(join(root, 'foreign/scene.blend'), '');
    symlinkSync('../..', join(root, 'up'));
    mkdirSync(join(storage.path, 'outside'));
    symlinkSync('../outside', join(root, 'out'));
    for (const path of ['one/two', 'one/d/two', 'foreign/two', 'up/two', 'out/two', 'one/d/a/two'])
      await expect(checkouts.create(v3(path), files)).rejects.toThrow(CheckoutInsideAnotherError);
    expect(await readdir(join(storage.path, 'outside'))).toEqual([]);
    expect(strays(root)).toEqual([]);
    expect(treeOf(join(root, 'one'))).toHaveLength(2);
  });

  it('leaves the good one of another client alone when a second of the same name fails', async () => {
    await using storage = await temporaryDirectory();
    const { checkouts, put, root } = await openScene(storage.path);
    await checkouts.create(v3('foo'), [await put('1', 'a')]);
    await expect(checkouts.create(v3('foo'), [fileOf('lacking', 'b')])).rejects.toThrow(MissingFilesError);
    expect(readFileSync(join(root, 'foo/a'), 'utf8')).toBe('1');
    expect((await readdir(root)).sort()).toEqual(['.waybill', 'foo']);
  });
});

describe('hostile names', () => {
  const hostile = [
    ...['..', '.', '', '/', '../x', 'a/../../x', 'a/..', '/etc/x', 'a//b', 'a/./b', 'a\0b', 'a\nb', 'a\\b', '..\\x'],
    ...['.waybill', '.waybill/records/x', '.WAYBILL/x', './x', 'a/', 'x'.repeat(300), 'a/'.repeat(3000) + 'b'],
    ...['~', ' ', 'a ', 'a.', 'con', 'nul.txt', '\u{202e}x', '\ud800'],
  ];

  it('never lead out of the root as a checkout, and are never erased or shown', async () => {
    await using storage = await temporaryDirectory();
    const { checkouts, put, root, store } = await openScene(join(storage.path, 'shared'));
    const files = [await put('1', 'a')];
    await checkouts.create(v3('good'), files);
    const outside = (): string[] => treeOf(storage.path).filter((path) => !path.startsWith('shared/jobs/'));
    const before = outside();
    for (const path of hostile) {
      for (const target of [v3(path), v2(path)]) {
        const created = await checkouts.create(target, files).catch((error: unknown) => error);
        if (created instanceof Error)
          expect([path, created]).toMatchObject([
            path,
            { code: expect.stringMatching(/^ERR_CHECKOUT_.*_INVALID$/) as string },
          ]);
      }
      for (const call of [checkouts.erase(path), checkouts.show(path)]) {
        const outcome = await call.catch((error: unknown) => error);
        const harmless = outcome instanceof CheckoutPathInvalidError || outcome === false || outcome === undefined;
        if (!harmless) expect(existsSync(join(root, path)) || outcome === true).toBe(true);
      }
    }
    expect(outside()).toEqual(before);
    expect(readFileSync(join(root, 'good/a'), 'utf8')).toBe('1');
    expect(await store.hasMany(files.map(({ sha, sizeBytes }) => blobKey(sha, sizeBytes)))).toEqual([true]);
  });

  it('never lead out of the root as files of a checkout', async () => {
    await using storage = await temporaryDirectory();
    const { checkouts, put, root } = await openScene(join(storage.path, 'shared'));
    const file = await put('1', 'a');
    const before = treeOf(storage.path);
    for (const path of ['..', '.', '', '/', '../x', 'a/../../x', '/etc/x', 'a//b', 'a/./b', 'a\0b', 'a\\b', 'a/'])
      await expect(checkouts.create(v3('a'), [{ ...file, path }])).rejects.toMatchObject({
        code: expect.stringMatching(/^ERR_/) as string,
      });
    expect(treeOf(storage.path)).toEqual(before);
    expect(strays(root)).toEqual([]);
  });
});
