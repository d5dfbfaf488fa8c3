import { mkdirSync, rmdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { errnoError, type TemporaryDirectory, temporaryDirectory } from '@waybill/test-kit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DirectorySyncer } from '../src/directory-syncer.ts';
import { ensureDirectory } from '../src/ensure-directory.ts';
import { syncDirectory } from '../src/sync-directory.ts';

let root: TemporaryDirectory;
const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

beforeEach(async () => {
  root = await temporaryDirectory();
});

afterEach(async () => await root[Symbol.asyncDispose]());

/** Notes which directories are synced, relative to the root; what is above that is synced once in a process. */
function recording(sync: () => Promise<void> = () => Promise.resolve()): {
  synced: string[];
  directorySyncer: DirectorySyncer;
} {
  const synced: string[] = [];
  const directorySyncer = new DirectorySyncer((path) => {
    if (!path.startsWith(root.path)) return syncDirectory(path);
    synced.push(path.slice(root.path.length).replaceAll(sep, '/'));
    return sync();
  });
  return { synced, directorySyncer };
}

describe('ensureDirectory', () => {
  test('creates what is missing, and syncs each new directory in its parent', async () => {
    const { synced, directorySyncer } = recording();
    mkdirSync(join(root.path, 'a'));
    await ensureDirectory(join(root.path, 'a', 'b', 'c'), { directorySyncer });
    expect(isDirectory(join(root.path, 'a', 'b', 'c'))).toBe(true);
    expect(synced.sort()).toEqual(['', '/a', '/a/b']);
  });

  test.each(['file', 'none'] as const)('syncs nothing with durability %s', async (durability) => {
    const { synced, directorySyncer } = recording();
    await ensureDirectory(join(root.path, 'a', 'b'), { directorySyncer, durability });
    expect(isDirectory(join(root.path, 'a', 'b'))).toBe(true);
    expect(synced).toEqual([]);
  });

  test('syncs what somebody else has created, once', async () => {
    const { synced, directorySyncer } = recording();
    mkdirSync(join(root.path, 'a', 'b'), { recursive: true });
    for (let count = 0; count < 3; count += 1) await ensureDirectory(join(root.path, 'a', 'b'), { directorySyncer });
    expect(synced.sort()).toEqual(['', '/a']);
  });

  test('syncs a directory again that had to be created again', async () => {
    const { synced, directorySyncer } = recording();
    await ensureDirectory(join(root.path, 'a'), { directorySyncer });
    rmdirSync(join(root.path, 'a'));
    await ensureDirectory(join(root.path, 'a'), { directorySyncer });
    expect(synced).toEqual(['', '']);
  });

  test('resolves for a directory that another call has created only when that one has synced it', async () => {
    const gate = Promise.withResolvers<undefined>();
    const slow = recording(() => gate.promise);
    const first = ensureDirectory(join(root.path, 'a'), slow);
    let ready = false;
    const second = ensureDirectory(join(root.path, 'a', 'b'), recording()).then(() => (ready = true));
    await new Promise(setImmediate);
    expect(isDirectory(join(root.path, 'a', 'b'))).toBe(true);
    expect(ready).toBe(false);
    gate.resolve(undefined);
    await Promise.all([first, second]);
  });

  test('syncs a directory again that somebody else has removed and created again', async () => {
    const { synced, directorySyncer } = recording();
    for (const count of [1, 2, 3]) {
      mkdirSync(join(root.path, 'a'));
      await ensureDirectory(join(root.path, 'a'), { directorySyncer });
      await ensureDirectory(join(root.path, 'a'), { directorySyncer });
      expect(synced).toHaveLength(count);
      rmdirSync(join(root.path, 'a'));
    }
  });

  test('forgives a parent that may not be read, but not where it has created something itself', async () => {
    const directorySyncer = new DirectorySyncer(() => Promise.reject(errnoError('EACCES', 'open')));
    await ensureDirectory(root.path, { directorySyncer });
    await expect(ensureDirectory(join(root.path, 'a'), { directorySyncer })).rejects.toMatchObject({ code: 'EACCES' });
  });

  test('rejects when the sync of a parent fails, and tries again the next time', async () => {
    const { directorySyncer } = recording(() => Promise.reject(new Error('failed')));
    await expect(ensureDirectory(join(root.path, 'a'), { directorySyncer })).rejects.toThrow('failed');
    const { synced, directorySyncer: next } = recording();
    await ensureDirectory(join(root.path, 'a'), { directorySyncer: next });
    expect(synced).toEqual(['']);
  });

  test('syncs the parents of the real directory behind a symbolic link', async () => {
    const { synced, directorySyncer } = recording();
    mkdirSync(join(root.path, 'real', 'deep'), { recursive: true });
    symlinkSync(join('real', 'deep'), join(root.path, 'link'));
    await ensureDirectory(join(root.path, 'link', 'a'), { directorySyncer });
    expect(synced.sort()).toEqual(['', '/real', '/real/deep']);
  });

  test('accepts a symbolic link to a directory', async () => {
    mkdirSync(join(root.path, 'real'));
    symlinkSync('real', join(root.path, 'link'));
    await ensureDirectory(join(root.path, 'link', 'a'));
    expect(isDirectory(join(root.path, 'real', 'a'))).toBe(true);
  });

  test('reports a file that is in the way', async () => {
    writeFileSync(join(root.path, 'file'), '');
    await expect(ensureDirectory(join(root.path, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(ensureDirectory(join(root.path, 'file', 'a'))).rejects.toMatchObject({ code: 'EEXIST' });
  });

  test('creates nothing when aborted before', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(ensureDirectory(join(root.path, 'a'), { signal })).rejects.toThrow('enough');
    expect(isDirectory(join(root.path, 'a'))).toBe(false);
  });

  test('creates a directory anew that was removed in between', async () => {
    for (let count = 0; count < 3; count += 1) {
      await ensureDirectory(join(root.path, 'a'));
      rmdirSync(join(root.path, 'a'));
    }
    await ensureDirectory(join(root.path, 'a'));
    expect(isDirectory(join(root.path, 'a'))).toBe(true);
  });
});
