import { skipWithout, waitFor } from '@waybill/test-kit';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { openPostgresClaimBoard } from '../../src/uploads/postgres-claim-board.ts';
import { startPostgres } from '@waybill/test-kit';
import { makeFile } from './support.ts';

const postgres = await startPostgres();

describe('claims in PostgreSQL', () => {
  if ('unavailable' in postgres) {
    it('are kept in a real server', (test) => skipWithout(test, postgres.unavailable));
    return;
  }
  const database = new pg.Pool({ connectionString: postgres.url, max: 8 });
  // A client on its way out has no listener of the pool's, and the server stops right after.
  database.on('connect', (client) => client.on('error', () => undefined));
  // The server may end before the last connection has.
  database.on('error', () => undefined);
  afterAll(async () => {
    await database.end();
    await postgres[Symbol.asyncDispose]();
  });
  const open = (replica: string, leaseMs?: number) => openPostgresClaimBoard({ database, replica, leaseMs });

  it('are held by one replica, until it gives them back', async () => {
    const [one, two] = await Promise.all([open('one'), open('two')]);
    const { key } = makeFile(1);
    const held = await one.acquire(key);
    expect(held).toBeDefined();
    expect(await two.acquire(key)).toBeUndefined();
    expect(await two.areHeldElsewhere([key, makeFile(2).key])).toEqual([true, false]);
    expect(await one.areHeldElsewhere([key])).toEqual([false]);
    await held?.release();
    expect(await two.acquire(key)).toBeDefined();
    await one.close();
    await two.close();
  });

  it('are given to one of many that ask at once', async () => {
    const boards = await Promise.all(Array.from({ length: 8 }, (_board, index) => open(`many ${index}`)));
    const claims = await Promise.all(boards.map((board) => board.acquire(makeFile(3).key)));
    expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
    await Promise.all(boards.map((board) => board.close()));
  });

  it('of a replica that died run out; those of one that lives do not', async () => {
    const [living, dying, next] = await Promise.all([open('living', 300), open('dying', 300), open('next', 300)]);
    const [kept, lost] = [makeFile(4).key, makeFile(5).key];
    await living.acquire(kept);
    await dying.acquire(lost);
    // Nobody renews it any more: as if the process were gone.
    await database.query(`update waybill_upload_claims set replica = 'dead' where replica = 'dying'`);
    await waitFor(async () => (await next.acquire(lost)) !== undefined);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await next.acquire(kept)).toBeUndefined();
    await Promise.all([living, dying, next].map((board) => board.close()));
  });
});
