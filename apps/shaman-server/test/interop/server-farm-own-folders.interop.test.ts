import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasS3Server, seededRandom, skipWithout, waitFor } from '@waybill/test-kit';
import type { SkippableTest } from '@waybill/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { halfCheckouts, lostCheckouts } from '../crash/support/check-storage.ts';
import { Acknowledged, ShamanLoad } from '../crash/support/shaman-load.ts';
import { definitionV2, definitionV3 } from '../support/test-server.ts';
import type { TestFile } from '../support/test-server.ts';
import { checkOut, filesOf, requirements, startFarm, upload, V3, wrongFiles } from './support.ts';
import type { Farm, Replica } from './support.ts';

/** Of `POST /waybill/v1/gc`; without it one of the two said that the other collects. */
interface CollectReport {
  readonly deleted?: { readonly blobs: number };
}

interface Servers {
  readonly farm: Farm;
  readonly a: Replica;
  readonly b: Replica;
}

describe('servers of one store with folders of their own', () => {
  let servers: Servers | { readonly unavailable: string };
  const running = new AsyncDisposableStack();
  beforeAll(async () => {
    const farm = hasS3Server() ? await startFarm() : { unavailable: 'versitygw is not installed' };
    if ('unavailable' in farm) servers = farm;
    else {
      running.use(farm);
      // At once, on a database without tables.
      const [a, b] = await Promise.all([farm.start('a', []), farm.start('b', [])]);
      servers = { farm, a, b };
    }
  });
  afterAll(() => running.disposeAsync());
  const need = (test: SkippableTest): Servers =>
    'unavailable' in servers ? skipWithout(test, servers.unavailable) : servers;
  const lost = (farm: Farm, name: string, path: string, files: readonly TestFile[]): string[] =>
    lostCheckouts(join(farm.folder, name), [{ path, files }]);

  it('show each checkout in every folder, and erase it from all', async (test) => {
    const { farm, a, b } = need(test);
    const files = filesOf('own', 30);
    for (const file of files) expect(await upload(a, file)).toBe(204);
    expect((await checkOut(a, files, 'own/job')).checkoutPath).toBe('own/job');
    expect(lost(farm, 'a', 'own/job', files)).toEqual([]);
    await waitFor(() => lost(farm, 'b', 'own/job', files).length === 0);
    expect(await b.json<{ files: number }>('/waybill/v1/checkouts/own/job')).toMatchObject({ files: 30 });
    expect((await checkOut(b, files, 'own/job')).checkoutPath).toMatch(/^own\/job-[a-z0-9]{4}$/);
    const v2 = { method: 'POST', type: 'text/plain', body: Buffer.from(definitionV2(files)) } as const;
    const told = await Promise.all([a, b, a, b].map((replica) => replica.call('/checkout/create/own_job', v2)));
    expect(told.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    expect((await b.call('/waybill/v1/checkouts/own/job', { method: 'DELETE' })).status).toBe(204);
    await waitFor(() => !existsSync(join(farm.folder, 'a/jobs/own/job')));
    expect((await a.call('/waybill/v1/checkouts/own/job')).status).toBe(404);
  });

  it('refuse one that wants to share a folder', async (test) => {
    const { farm } = need(test);
    const start = farm.start('sharer', ['--shared-checkouts']);
    await expect(start).rejects.toThrow('ERR_CHECKOUT_FOLDERS_DIFFER');
  });

  it('take away what was erased while a server was away, when it is back', async (test) => {
    const { farm, a } = need(test);
    const files = filesOf('away', 5);
    for (const file of files) await upload(a, file);
    const away = await farm.start('away', []);
    await checkOut(a, files, 'away/job');
    await waitFor(() => lost(farm, 'away', 'away/job', files).length === 0);
    away.process.child.kill('SIGKILL');
    await away.process.child.exited;
    expect((await a.call('/waybill/v1/checkouts/away/job', { method: 'DELETE' })).status).toBe(204);
    expect(existsSync(join(farm.folder, 'away/jobs/away/job'))).toBe(true);
    await farm.start('away', []);
    expect(existsSync(join(farm.folder, 'away/jobs/away/job'))).toBe(false);
  });

  it('make, erase and collect at once and lose no file of a checkout that is there', async (test) => {
    const { farm, a, b } = need(test);
    const kept: { path: string; files: TestFile[] }[] = [];
    const until = performance.now() + 4000;
    let collections = 0;
    let deleted = 0;
    const worker = async (replica: Replica, other: Replica, name: string): Promise<void> => {
      for (let round = 0; performance.now() < until; round += 1) {
        const files = filesOf(`${name} ${round}`, 4);
        await requirements(replica, files);
        // Nobody needs the last one: it is what collections find.
        const sent = [...files, ...filesOf(`${name} ${round} unused`, 1)];
        for (const file of sent) expect([204, 208]).toContain(await upload(other, file));
        const { checkoutPath: path } = await checkOut(replica, files, `race/${name}-${round}`);
        if (round % 2 === 0) kept.push({ path, files });
        else expect((await other.call(`/waybill/v1/checkouts/${path}`, { method: 'DELETE' })).status).toBe(204);
      }
    };
    const collector = async (replica: Replica): Promise<void> => {
      while (performance.now() < until) {
        const { status, body } = await replica.call('/waybill/v1/gc', {
          ...{ method: 'POST', type: 'application/json', body: Buffer.from('{"maxAgeMs":0}') },
        });
        expect([200, 409]).toContain(status);
        if (status === 200) collections += 1;
        if (status === 200) deleted += (JSON.parse(body.toString()) as CollectReport).deleted?.blobs ?? 0;
        await sleep(50);
      }
    };
    await Promise.all([worker(a, b, 'a'), worker(b, a, 'b'), worker(a, a, 'c'), collector(a), collector(b)]);
    await farm.sql('delete from waybill_pins');
    await sleep(2100);
    const last = await a.json<{ error?: unknown }>('/waybill/v1/gc', { maxAgeMs: 0 });
    expect(last.error).toBeUndefined();
    console.log(`GC race: ${kept.length} checkouts kept, ${collections} collections, ${deleted} files deleted`);
    expect(kept.length).toBeGreaterThan(5);
    expect(deleted).toBeGreaterThan(0);
    expect(
      await wrongFiles(
        b,
        kept.flatMap(({ files }) => files),
      ),
    ).toEqual([]);
    for (const name of ['a', 'b'])
      await waitFor(() => lostCheckouts(join(farm.folder, name), kept).length === 0, { timeoutMs: 20_000 });
  });

  it('have every checkout that a killed one of three acknowledged, and no half one', async (test) => {
    const { farm, a, b } = need(test);
    const victim = await farm.start('victim', []);
    const done = new Acknowledged();
    const load = new ShamanLoad(victim.url, done, seededRandom(3)).run(8);
    const enough = async (): Promise<void> => {
      await sleep(3000);
      await waitFor(() => done.checkouts.length > 5, { timeoutMs: 60_000 });
    };
    await Promise.all([load, enough().finally(() => victim.process.child.kill('SIGKILL'))]);
    console.log(`killed replica: ${done.files.length} files, ${done.checkouts.length} checkouts acknowledged`);
    expect(done.checkouts.length).toBeGreaterThan(5);
    expect(await wrongFiles(b, done.files)).toEqual([]);
    for (const name of ['a', 'b'])
      await waitFor(() => lostCheckouts(join(farm.folder, name), done.checkouts).length === 0, { timeoutMs: 30_000 });
    for (const { path } of done.checkouts) expect((await a.call(`/waybill/v1/checkouts/${path}`)).status).toBe(200);
    const open = [...done.unanswered.checkouts];
    for (const name of ['a', 'b', 'victim'])
      expect(halfCheckouts(join(farm.folder, name), [...done.checkouts, ...open])).toEqual([]);
    const back = await farm.start('victim', []);
    const { checkouts: listed } = await back.json<{ checkouts: { path: string }[] }>('/waybill/v1/checkouts');
    const paths = new Set(listed.map(({ path }) => path));
    expect(done.checkouts.filter(({ path }) => !paths.has(path))).toEqual([]);
    // What was not answered is there on all of them or on none.
    for (const { path, files } of open) {
      const isThere = paths.has(path);
      await waitFor(() => (lost(farm, 'a', path, files).length === 0) === isThere);
    }
    await farm.sql(
      `do $$ begin assert (select count(*) from waybill_checkouts where claimed_until is not null) = 0; end $$`,
    );
  });

  it('say 503 where the database is needed while it is away, and go on with the rest', async (test) => {
    const { farm, a, b } = need(test);
    const files = filesOf('outage', 3);
    for (const file of files) await upload(a, file);
    await checkOut(a, files, 'outage/job');
    await waitFor(() => lost(farm, 'b', 'outage/job', files).length === 0);
    await farm.database.stop();
    const body = Buffer.from(JSON.stringify({ files: definitionV3(files), checkoutPath: 'outage/new' }));
    const created = await b.call(`${V3}/checkout/create`, { method: 'POST', type: 'application/json', body });
    expect([created.status, Number(created.headers['retry-after']) > 0]).toEqual([503, true]);
    const erased = await b.call('/waybill/v1/checkouts/outage/job', { method: 'DELETE' });
    expect([erased.status, Number(erased.headers['retry-after']) > 0]).toEqual([503, true]);
    expect((await b.call('/waybill/v1/checkouts/outage/job')).status).toBe(200);
    const listed = await b.json<{ checkouts: { path: string }[] }>('/waybill/v1/checkouts');
    expect(listed.checkouts.map(({ path }) => path)).toContain('outage/job');
    await farm.database.start();
    await waitFor(async () => (await b.call('/readyz')).status === 200);
    expect((await checkOut(b, files, 'outage/new')).checkoutPath).toBe('outage/new');
    // Also where nobody could tell: the listener's connection broke.
    await waitFor(() => lost(farm, 'a', 'outage/new', files).length === 0, { timeoutMs: 20_000 });
  });
});
