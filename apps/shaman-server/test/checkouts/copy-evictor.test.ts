import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { CopyEvictor } from '../../src/checkouts/copy-evictor.ts';
import { openScene, strays } from './support.ts';

const HOUR_MS = 3_600_000;

/** Three copies of ten bytes each, made in this order, and a checkout that a client has made here. */
async function openCopies(folder: string) {
  const { checkouts: local, put, root } = await openScene(folder);
  await local.create({ layout: 'v3', path: 'own' }, [await put('x'.repeat(1000), 'large')]);
  const names = ['a', 'b', 'show/c'];
  for (const path of names) {
    await local.createRegistered({ path, registration: `farm/${path}` }, [await put(path.padEnd(10), 'file')]);
    // Times of files are those of the kernel's ticks.
    await sleep(20);
  }
  let skewMs = 0;
  const clock = { nowMs: () => Date.now() + skewMs, sleep: () => Promise.resolve() };
  const here = () => [...names, 'own'].filter((path) => existsSync(join(root, path)));
  return { local, root, clock, here, put, pass: (ms: number) => (skewMs += ms) };
}

describe('trees that were made on demand', () => {
  it('go by their last use, and those of clients never', async () => {
    await using folder = await temporaryDirectory();
    const { local, root, clock, here, pass } = await openCopies(folder.path);
    let told = 0;
    const evictor = new CopyEvictor({ local, clock, maxBytes: 20, keepMs: HOUR_MS, onEvicted: () => (told += 1) });
    local.noteUse('a');
    pass(2 * HOUR_MS);
    const { evicted, sizeBytes } = await evictor.evict();
    expect(evicted.map(({ path }) => path)).toEqual(['b', 'show/c']);
    expect([sizeBytes, told]).toEqual([10, 1]);
    expect(here()).toEqual(['a', 'own']);
    // No empty folder that looks like a checkout, nothing aside.
    expect(existsSync(join(root, 'show'))).toBe(false);
    expect(strays(root)).toEqual([]);
    expect((await evictor.evict()).evicted).toEqual([]);
  });

  it('stay while they are kept, however large they are together', async () => {
    await using folder = await temporaryDirectory();
    const { local, clock, here, pass } = await openCopies(folder.path);
    const evictor = new CopyEvictor({ local, clock, maxBytes: 0, keepMs: HOUR_MS });
    expect((await evictor.evict()).evicted).toEqual([]);
    pass(HOUR_MS - 10_000);
    expect((await evictor.evict()).sizeBytes).toBe(30);
    expect(here()).toEqual(['a', 'b', 'show/c', 'own']);
    pass(20_000);
    expect((await evictor.evict()).sizeBytes).toBe(0);
    expect(here()).toEqual(['own']);
  });

  it('stay when they are asked for while others go', async () => {
    await using folder = await temporaryDirectory();
    const { local, clock, here, pass } = await openCopies(folder.path);
    pass(2 * HOUR_MS);
    const copies: typeof local.copies = (options) => local.copies(options);
    const eraseUnused: typeof local.eraseUnused = (tree, limit) => {
      if (tree.path === 'b') local.noteUse('b');
      return local.eraseUnused(tree, limit);
    };
    const evictor = new CopyEvictor({ local: { copies, eraseUnused }, clock, maxBytes: 0, keepMs: HOUR_MS });
    expect((await evictor.evict()).evicted.map(({ path }) => path)).toEqual(['a', 'show/c']);
    expect(here()).toEqual(['b', 'own']);
  });

  it('are told from the others after a restart, with their last use', async () => {
    await using folder = await temporaryDirectory();
    const { local, clock, here, pass } = await openCopies(folder.path);
    local.noteUse('a');
    await local.close();
    const again = (await openScene(folder.path)).checkouts;
    pass(2 * HOUR_MS);
    const evictor = new CopyEvictor({ local: again, clock, maxBytes: 12, keepMs: HOUR_MS });
    expect((await evictor.evict()).evicted.map(({ path }) => path)).toEqual(['b', 'show/c']);
    expect(here()).toEqual(['a', 'own']);
  });

  it('are left alone by an eviction that is closed', async () => {
    await using folder = await temporaryDirectory();
    const { local, clock, here, pass } = await openCopies(folder.path);
    pass(2 * HOUR_MS);
    const errors: unknown[] = [];
    const evictor = new CopyEvictor({ local, clock, maxBytes: 0, keepMs: 0, onError: (error) => errors.push(error) });
    evictor.begin();
    await evictor.close();
    evictor.begin();
    expect(here()).toEqual(['a', 'b', 'show/c', 'own']);
    expect(errors).toEqual([]);
  });
});
