import pg from 'pg';
import { skipWithout } from '@waybill/test-kit';
import { afterAll, describe, expect, it } from 'vitest';
import { createPostgresCollectionLock } from '../../src/gc/collection-lock.ts';
import { CollectionRunningError } from '../../src/gc/gc-errors.ts';
import { openPostgresPinStore } from '../../src/state/postgres-pins.ts';
import { startPostgres } from '@waybill/test-kit';
import { pinStoreSuite } from './pin-store-suite.ts';
import { keysOf } from './support.ts';

const postgres = await startPostgres();

describe('a pin in PostgreSQL', () => {
  if ('unavailable' in postgres) {
    it('is kept in a real server', (test) => skipWithout(test, postgres.unavailable));
    return;
  }
  const pools = [1, 2].map(() => new pg.Pool({ connectionString: postgres.url, max: 4 }));
  // The server stops while clients are on their way out: the pool tells of the idle ones, the others have no listener.
  for (const pool of pools) {
    pool.on('error', () => undefined);
    pool.on('connect', (client) => client.on('error', () => undefined));
  }
  const [database, other] = pools as [pg.Pool, pg.Pool];
  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.end()));
    await postgres[Symbol.asyncDispose]();
  });

  pinStoreSuite(async () => ({
    pins: await openPostgresPinStore({ database }),
    ttlMs: 300,
    pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms + 20)),
  }));

  it('is seen by another replica, and outlives the one that made it', async () => {
    const [first, second] = await Promise.all([
      openPostgresPinStore({ database }),
      openPostgresPinStore({ database: other }),
    ]);
    const keys = keysOf('shared a', 'shared b');
    await first.pin(keys);
    await first.close();
    expect(await second.withUnpinned(keys, (found) => Promise.resolve(found))).toEqual([]);
  });

  it('waits for a deletion by another replica', async () => {
    const first = await openPostgresPinStore({ database });
    const second = await openPostgresPinStore({ database: other });
    const keys = keysOf('elsewhere');
    const order: string[] = [];
    const begun = Promise.withResolvers<undefined>();
    const end = Promise.withResolvers<undefined>();
    const deleting = second.withUnpinned(keys, async () => {
      begun.resolve(undefined);
      await end.promise;
      order.push('deleted');
    });
    await begun.promise;
    const pinning = first.pin(keys).then(() => order.push('pinned'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    end.resolve(undefined);
    await Promise.all([deleting, pinning]);
    expect(order).toEqual(['deleted', 'pinned']);
  });

  it('is renewed by an upload that another replica takes', async () => {
    const first = await openPostgresPinStore({ database });
    const second = await openPostgresPinStore({ database: other, renewAfterMs: 10 });
    const keys = keysOf('renewed here', 'and there');
    await first.pin(keys, { ttlMs: 1500 });
    await new Promise((resolve) => setTimeout(resolve, 900));
    second.renewFor(keys[1]!);
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(await first.withUnpinned(keys, (found) => Promise.resolve(found))).toEqual([]);
  });

  it('lets one replica collect at a time', async () => {
    const [here, there] = [createPostgresCollectionLock(database), createPostgresCollectionLock(other)];
    const held = await here.acquire();
    await expect(there.acquire()).rejects.toThrow(CollectionRunningError);
    await expect(here.acquire()).rejects.toThrow(CollectionRunningError);
    await held[Symbol.asyncDispose]();
    await (await there.acquire())[Symbol.asyncDispose]();
  });
});
