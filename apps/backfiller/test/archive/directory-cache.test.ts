import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDirectory, tierCount, waitFor } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { DirectoryCache } from '../../src/archive/directory-cache.ts';
import { isSettled } from '../../src/archive/directory-state.ts';

const LATER_MS = 60_000;
/** A clock that is far ahead, so that every state is settled at once. */
const aheadOfTime = (): number => Date.now() + LATER_MS;

function counted(read: (directory: string) => Promise<string[]>) {
  const counter = { reads: 0, read: async (directory: string) => (counter.reads++, read(directory)) };
  return counter;
}

describe('DirectoryCache', () => {
  it('reads a settled directory once, and again after it changed', async () => {
    await using base = await temporaryDirectory();
    await writeFile(path.join(base.path, 'a'), '');
    const counter = counted(readdir);
    const cache = new DirectoryCache<string[]>({ read: counter.read, absent: [], now: aheadOfTime });
    expect(await cache.get(base.path)).toEqual(['a']);
    expect(await cache.get(base.path)).toEqual(['a']);
    expect(counter.reads).toBe(1);
    await writeFile(path.join(base.path, 'b'), '');
    expect(await cache.get(base.path)).toEqual(['a', 'b']);
    expect(counter.reads).toBe(2);
  });

  it('never shows an old listing of a directory that changes within one tick of the clock', async () => {
    await using base = await temporaryDirectory();
    const cache = new DirectoryCache<string[]>({ read: readdir, absent: [] });
    for (let n = 1; n <= tierCount({ push: 300, nightly: 3000 }); n++) {
      await writeFile(path.join(base.path, n.toString()), '');
      expect((await cache.get(base.path)).length).toBe(n);
    }
  });

  it('notices a change whose mtime was set back', async () => {
    await using base = await temporaryDirectory();
    await utimes(base.path, 1000, 1000);
    const cache = new DirectoryCache<string[]>({ read: readdir, absent: [], now: aheadOfTime });
    expect(await cache.get(base.path)).toEqual([]);
    await writeFile(path.join(base.path, 'a'), '');
    await utimes(base.path, 1000, 1000);
    expect(await cache.get(base.path)).toEqual(['a']);
  });

  it('forgets what is below directories that are said to be gone, and nothing else', async () => {
    await using base = await temporaryDirectory();
    const directories = ['a', 'a/1', 'a/2', 'a/2/x', 'a/10', 'ab/1', 'b/1'].map((name) => path.join(base.path, name));
    for (const directory of directories) await mkdir(directory, { recursive: true });
    const read: string[] = [];
    const cache = new DirectoryCache<string[]>({
      read: async (directory) => (read.push(path.relative(base.path, directory)), readdir(directory)),
      absent: [],
      now: aheadOfTime,
    });
    for (const directory of directories) await cache.get(directory);
    read.length = 0;
    cache.keepBelow(path.join(base.path, 'a'), ['1']);
    for (const directory of directories) await cache.get(directory);
    expect(read).toEqual(['a/2', 'a/2/x', 'a/10']);
    read.length = 0;
    cache.keepBelow(base.path, ['b']);
    for (const directory of directories) await cache.get(directory);
    expect(read).toEqual(['a', 'a/1', 'a/2', 'a/2/x', 'a/10', 'ab/1']);
  });

  it('takes an absent directory as such, until it is there, and when it is gone again', async () => {
    await using base = await temporaryDirectory();
    const directory = path.join(base.path, 'x');
    const cache = new DirectoryCache<string[]>({ read: readdir, absent: ['absent'], now: aheadOfTime });
    expect(await cache.get(directory)).toEqual(['absent']);
    await mkdir(directory);
    expect(await cache.get(directory)).toEqual([]);
    await rm(directory, { recursive: true });
    expect(await cache.get(directory)).toEqual(['absent']);
  });

  it('shares one read between concurrent callers of a settled directory', async () => {
    await using base = await temporaryDirectory();
    const counter = counted(readdir);
    const cache = new DirectoryCache<string[]>({ read: counter.read, absent: [], now: aheadOfTime });
    await Promise.all(Array.from({ length: 20 }, async () => cache.get(base.path)));
    expect(counter.reads).toBe(1);
  });

  it('gives a caller who changed the directory during a read a listing that was read later', async () => {
    await using base = await temporaryDirectory();
    const gate = Promise.withResolvers<undefined>();
    const reads: string[][] = [];
    const read = async (directory: string): Promise<string[]> => {
      const names = await readdir(directory);
      reads.push(names);
      if (reads.length === 1) await gate.promise;
      return names;
    };
    const cache = new DirectoryCache<string[]>({ read, absent: [] });
    const early = cache.get(base.path);
    await waitFor(() => reads.length === 1, { timeoutMs: 5000 });
    await writeFile(path.join(base.path, 'a'), '');
    const late = [cache.get(base.path), cache.get(base.path)];
    gate.resolve(undefined);
    expect(await early).toEqual([]);
    expect(await Promise.all(late)).toEqual([['a'], ['a']]);
    expect(reads.length).toBe(2);
  });

  it('keeps no failure: the next call reads again', async () => {
    await using base = await temporaryDirectory();
    let failing = true;
    const read = async (directory: string): Promise<string[]> => {
      if (failing) throw new Error('disk trouble');
      return readdir(directory);
    };
    const cache = new DirectoryCache<string[]>({ read, absent: [], now: aheadOfTime });
    await expect(cache.get(base.path)).rejects.toThrow('disk trouble');
    failing = false;
    expect(await cache.get(base.path)).toEqual([]);
  });
});

describe('isSettled', () => {
  const state = (ctimeNs: bigint) => ({ mtimeNs: ctimeNs, ctimeNs, ino: 1n });
  const changedMs = 1_700_000_000_123;
  const fine = state(BigInt(changedMs) * 1_000_000n + 456_789n);

  it('trusts a state once it is older than two of the coarsest timer ticks', () => {
    expect(isSettled(fine, changedMs + 10)).toBe(false);
    expect(isSettled(fine, changedMs + 21)).toBe(true);
  });

  it('waits for 2 s where the file system stamps whole seconds', () => {
    const coarse = state(1_700_000_000_000_000_000n);
    expect(isSettled(coarse, 1_700_000_001_500)).toBe(false);
    expect(isSettled(coarse, 1_700_000_002_101)).toBe(true);
  });

  it('never trusts a stamp from the future', () => {
    expect(isSettled(fine, changedMs - 5000)).toBe(false);
  });
});
