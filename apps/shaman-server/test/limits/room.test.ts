import { createMemoryBlobStore } from '@waybill/blob-store';
import { describe, expect, it } from 'vitest';
import { BodySlots } from '../../src/limits/body-slots.ts';
import { SpaceGuard } from '../../src/limits/space-guard.ts';
import { StoreUsage } from '../../src/limits/store-usage.ts';
import { makeFile } from '../uploads/support.ts';

describe('the room of a store', () => {
  const empty = () => new StoreUsage(createMemoryBlobStore());

  it('is what the quota leaves, uploads under way included', async () => {
    const usage = empty();
    await usage.count();
    const guard = new SpaceGuard({ usage, maxStoreBytes: 100 });
    const first = await guard.reserve(60);
    await expect(guard.reserve(41)).rejects.toMatchObject({ code: 'ERR_STORE_QUOTA_EXCEEDED' });
    first[Symbol.dispose]();
    (await guard.reserve(90)).stored();
    await expect(guard.reserve(11)).rejects.toMatchObject({ code: 'ERR_STORE_QUOTA_EXCEEDED' });
    expect(usage.current).toEqual({ blobs: 1, sizeBytes: 90 });
  });

  it('is what the disk has free above the reserve, less what is announced and not yet written', async () => {
    let free = 1000;
    const guard = new SpaceGuard({ usage: empty(), minFreeBytes: 100, freeBytes: () => Promise.resolve(free) });
    const first = await guard.reserve(600);
    await expect(guard.reserve(301)).rejects.toMatchObject({ code: 'ERR_FREE_SPACE_LOW', freeBytes: 400 });
    first.advance(500);
    free = 500;
    (await guard.reserve(300))[Symbol.dispose]();
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    await expect(guard.reserve(401)).rejects.toMatchObject({ code: 'ERR_FREE_SPACE_LOW' });
    expect(await guard.reserve(400)).toBeDefined();
  });

  it.for([
    ['quota', { maxStoreBytes: 100 }, 'ERR_STORE_QUOTA_EXCEEDED'],
    ['free space', { freeBytes: () => Promise.resolve(100) }, 'ERR_FREE_SPACE_LOW'],
  ] as const)('is given once to two that come at once (%s)', async ([, limits, code]) => {
    const usage = empty();
    await usage.count();
    const guard = new SpaceGuard({ usage, ...limits });
    const [first, second] = await Promise.allSettled([guard.reserve(60), guard.reserve(60)]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ status: 'rejected', reason: { code } });
  });

  it('is counted right by two counts that overlap, whichever ends first', async () => {
    const listings = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
    let begun = 0;
    const usage = new StoreUsage({
      async *list() {
        const blobs = (await listings[begun++]?.promise) ?? 0;
        for (let seed = 1; seed <= blobs; seed += 1) yield { key: makeFile(seed, 10).key, referencedAtMs: 0 };
      },
    });
    usage.added(10);
    const first = usage.count();
    usage.added(10);
    const second = usage.count();
    usage.added(10);
    listings[1]?.resolve(2);
    await second;
    expect(usage.current).toEqual({ blobs: 3, sizeBytes: 30 });
    listings[0]?.resolve(1);
    await first;
    expect(usage.current).toEqual({ blobs: 3, sizeBytes: 30 });
  });

  it('is counted anew, with what comes meanwhile', async () => {
    const store = createMemoryBlobStore();
    const usage = new StoreUsage(store);
    expect(usage.current).toBeUndefined();
    const [one, two] = [makeFile(1, 100), makeFile(2, 50)];
    await store.put(one.key, one.content);
    expect(await usage.count()).toEqual({ blobs: 1, sizeBytes: 100 });
    await store.put(two.key, two.content);
    usage.added(50);
    expect(usage.current).toEqual({ blobs: 2, sizeBytes: 150 });
    await store.delete(one.key);
    await usage.count();
    expect(usage.current).toEqual({ blobs: 1, sizeBytes: 50 });
  });
});

describe('the slots of bodies', () => {
  it('are given to a fixed number; who waits gets the next free one', async () => {
    const slots = new BodySlots({ total: 2, perClient: 10 });
    const first = await slots.acquire('a');
    await slots.acquire('a');
    const third = slots.acquire('b');
    expect([slots.used, slots.waiting]).toEqual([2, 1]);
    first.release();
    first.release();
    await third;
    expect([slots.used, slots.waiting]).toEqual([2, 0]);
  });

  it('are refused to a client that has its share, and to who waits too long', async () => {
    const slots = new BodySlots({ total: 2, perClient: 1, patienceMs: 10 });
    const first = await slots.acquire('a');
    await expect(slots.acquire('a')).rejects.toMatchObject({ code: 'ERR_CLIENT_BUSY' });
    await slots.acquire('b');
    await expect(slots.acquire('c')).rejects.toMatchObject({ code: 'ERR_SERVER_BUSY', retryAfterSeconds: 5 });
    first.release();
    await slots.acquire('c');
  });

  it('are not kept by who goes away while waiting', async () => {
    const slots = new BodySlots({ total: 1, perClient: 1 });
    const first = await slots.acquire('a');
    const controller = new AbortController();
    const waiting = slots.acquire('b', { signal: controller.signal });
    controller.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    first.release();
    (await slots.acquire('b')).release();
    expect(slots.used).toBe(0);
  });
});
