import type { BlobKey } from '@waybill/blob-store';
import { expect, it } from 'vitest';
import type { PinStore } from '../../src/state/pins.ts';
import { keysOf } from './support.ts';

export interface PinStoreScene {
  readonly pins: PinStore;
  /** Lets so much time pass, at least. */
  pass(ms: number): Promise<void>;
  /** A time to live that tests can wait for. */
  readonly ttlMs: number;
}

/** What every pin store does. Each test uses blobs of its own. */
export function pinStoreSuite(open: () => Promise<PinStoreScene>): void {
  const unpinned = (pins: PinStore, keys: readonly BlobKey[]): Promise<readonly BlobKey[]> =>
    pins.withUnpinned(keys, (found) => Promise.resolve(found));

  it('keeps all blobs of a pin from those who delete, and no others', async () => {
    const { pins } = await open();
    const [a, b, c] = keysOf('keep a', 'keep b', 'keep c') as [BlobKey, BlobKey, BlobKey];
    await pins.pin([a, b]);
    expect(await unpinned(pins, [a, b, c])).toEqual([c]);
  });

  it('ends by itself', async () => {
    const { pins, pass, ttlMs } = await open();
    const keys = keysOf('end a', 'end b');
    await pins.pin(keys, { ttlMs });
    await pass(ttlMs);
    expect(await unpinned(pins, keys)).toEqual(keys);
    await pins.pin(keys);
    expect(await unpinned(pins, keys)).toEqual([]);
  });

  it('holds until the latest end when it is made again', async () => {
    const { pins, pass, ttlMs } = await open();
    const keys = keysOf('again a', 'again b');
    const before = await pins.count();
    await pins.pin(keys, { ttlMs: 1_000_000 });
    await pins.pin(keys, { ttlMs });
    await pass(ttlMs);
    expect(await unpinned(pins, keys)).toEqual([]);
    expect((await pins.count()).pins - before.pins).toBeLessThanOrEqual(1);
  });

  it('is renewed as a whole by the upload of one of its files', async () => {
    const { pins, pass, ttlMs } = await open();
    const keys = keysOf('renewed a', 'renewed b');
    await pins.pin(keys, { ttlMs: 3 * ttlMs });
    await pass(2 * ttlMs);
    pins.renewFor(keys[0]!);
    await pins.close();
    await pass(2 * ttlMs);
    expect(await unpinned(pins, keys)).toEqual([]);
    await pass(3 * ttlMs);
    expect(await unpinned(pins, keys)).toEqual(keys);
  });

  it('waits for a deletion of one of its blobs that is under way', async () => {
    const { pins } = await open();
    const [a, b] = keysOf('wait a', 'wait b') as [BlobKey, BlobKey];
    const order: string[] = [];
    const deletion = Promise.withResolvers<undefined>();
    const begun = Promise.withResolvers<undefined>();
    const deleting = pins.withUnpinned([a], async (found) => {
      begun.resolve(undefined);
      await deletion.promise;
      order.push(`deleted ${found.length}`);
    });
    await begun.promise;
    const pinning = pins.pin([b, a]).then(() => order.push('pinned'));
    await new Promise((resolve) => setTimeout(resolve, 30));
    deletion.resolve(undefined);
    await Promise.all([deleting, pinning]);
    expect(order).toEqual(['deleted 1', 'pinned']);
    expect(await unpinned(pins, [a, b])).toEqual([]);
  });

  it('lets pins go on after a deletion that failed', async () => {
    const { pins } = await open();
    const keys = keysOf('failed a');
    await expect(pins.withUnpinned(keys, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await pins.pin(keys);
    expect(await unpinned(pins, keys)).toEqual([]);
  });

  it('takes definitions of no file and of very many', async () => {
    const { pins } = await open();
    await pins.pin([]);
    const many = keysOf(...Array.from({ length: 20_000 }, (_, index) => `many ${index}`));
    await pins.pin(many);
    expect(await unpinned(pins, [many[0]!, many[19_999]!, ...keysOf('none of them')])).toHaveLength(1);
    expect((await pins.count()).blobs).toBeGreaterThanOrEqual(20_000);
  });

  it('does nothing for whoever has given up', async () => {
    const { pins } = await open();
    const keys = keysOf('aborted');
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(pins.pin(keys, { signal })).rejects.toThrow('enough');
    await expect(pins.withUnpinned(keys, () => Promise.reject(new Error('ran')), { signal })).rejects.toThrow('enough');
    expect(await unpinned(pins, keys)).toEqual(keys);
  });
}
