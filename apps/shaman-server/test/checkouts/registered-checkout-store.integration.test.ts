import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blobKey } from '@waybill/blob-store';
import { createLogger } from '@waybill/http-kit';
import type { ShamanFile } from '@waybill/shaman-protocol';
import { skipWithout, startPostgres, temporaryDirectory, waitFor } from '@waybill/test-kit';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { adoptCheckouts } from '../../src/checkouts/adopt-checkouts.ts';
import {
  CheckoutExistsError,
  CheckoutInsideAnotherError,
  MissingFilesError,
} from '../../src/checkouts/checkout-errors.ts';
import { planCheckout } from '../../src/checkouts/plan-checkout.ts';
import { REGISTRY_MIGRATIONS } from '../../src/checkouts/registry-tables.ts';
import { createCollector } from '../../src/gc/blob-collector.ts';
import { createPostgresCollectionLock } from '../../src/gc/collection-lock.ts';
import { RegistryReferences } from '../../src/gc/registry-references.ts';
import { openDatabase } from '../../src/server/open-database.ts';
import { migrate } from '../../src/state/migrate.ts';
import { createFarmStore, openFarmServer } from './farm-support.ts';
import type { FarmServerInit } from './farm-support.ts';
import { fileOf } from './support.ts';

const postgres = await startPostgres();

describe('checkouts of servers with folders of their own', async () => {
  if ('unavailable' in postgres) {
    it('are known to PostgreSQL', (test) => skipWithout(test, postgres.unavailable));
    return;
  }
  const database = await openDatabase(postgres.url, createLogger({ name: 'test', level: 'silent' }));
  const directory = await temporaryDirectory();
  afterAll(async () => {
    await database[Symbol.asyncDispose]();
    await postgres[Symbol.asyncDispose]();
    await directory[Symbol.asyncDispose]();
  });
  let folders = 0;
  const newFolder = (): string => join(directory.path, `server${(folders += 1)}`);
  const { store, put } = createFarmStore();
  const open = (init?: FarmServerInit, folder = newFolder()) =>
    openFarmServer(folder, { database, url: postgres.url, store }, init);
  const dropAll = (): Promise<unknown> =>
    database.query(
      `drop table if exists waybill_checkout_digests, waybill_checkouts, waybill_checkout_registry, waybill_migrations`,
    );
  beforeEach(dropAll);
  const job = (path: string) => ({ layout: 'v3', path }) as const;
  const shows = (jobs: string, path: string, files: readonly (readonly [ShamanFile, string])[]): boolean =>
    files.every(([file, text]) => {
      const name = join(jobs, path, file.path);
      return existsSync(name) && readFileSync(name, 'utf8') === text;
    });

  it('appear in the folder of each server, with all they show', async () => {
    await using a = await open();
    await using b = await open();
    const files = [await put('one', 'x/one'), await put('two', 'two')];
    await a.checkouts.create(job('show/1'), files);
    await waitFor(() =>
      shows(b.jobs, 'show/1', [
        [files[0]!, 'one'],
        [files[1]!, 'two'],
      ]),
    );
    expect((await b.checkouts.show('show/1'))?.entries.map(({ path, present }) => [path, present])).toEqual([
      ['two', true],
      ['x/one', true],
    ]);
    expect((await Array.fromAsync(b.checkouts.list())).map(({ path, files: count }) => [path, count])).toEqual([
      ['show/1', 2],
    ]);
  });

  it('have one path each, whichever server is asked', async () => {
    await using a = await open({ listens: false, pollMs: 600_000 });
    await using b = await open({ listens: false, pollMs: 600_000 });
    const files = [await put('one', 'one')];
    const made = await Promise.all([a, b, a, b].map(({ checkouts }) => checkouts.create(job('same'), files)));
    expect(new Set(made.map(({ path }) => path)).size).toBe(4);
    expect(made.map(({ path }) => path)).toContain('same');
    const v2 = { layout: 'v2', id: 'an_id' } as const;
    const told = await Promise.allSettled([a, b, a, b].map(({ checkouts }) => checkouts.create(v2, files)));
    expect(told.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const one of told) if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(CheckoutExistsError);
    await expect(b.checkouts.create(job('same/inside'), files)).rejects.toThrow(CheckoutInsideAnotherError);
    await a.checkouts.create(job('folder/below'), files);
    expect((await b.checkouts.create(job('folder'), files)).path).toMatch(/^folder-[a-z0-9]{4}$/);
  });

  it('are erased everywhere, also where the server was away or heard nothing', async () => {
    const away = newFolder();
    await using a = await open();
    await using deaf = await open({ listens: false, pollMs: 100 });
    const files = [await put('one', 'one')];
    await using later = await open({}, away);
    await a.checkouts.create(job('gone'), files);
    await waitFor(() => existsSync(join(deaf.jobs, 'gone')) && existsSync(join(later.jobs, 'gone')));
    await later[Symbol.asyncDispose]();
    expect(await deaf.checkouts.erase('gone')).toBe(true);
    expect(existsSync(join(deaf.jobs, 'gone'))).toBe(false);
    await waitFor(() => !existsSync(join(a.jobs, 'gone')));
    expect(await a.checkouts.erase('gone')).toBe(false);
    expect(existsSync(join(away, 'jobs/gone'))).toBe(true);
    await using back = await open({}, away);
    expect(existsSync(join(away, 'jobs/gone'))).toBe(false);
    expect(await back.checkouts.show('gone')).toBeUndefined();
  });

  it('get a path that was erased elsewhere a moment ago', async () => {
    await using a = await open({ pollMs: 600_000 });
    await using b = await open({ listens: false, pollMs: 600_000 });
    const files = [await put('one', 'one')];
    await b.checkouts.create(job('again'), files);
    expect(await a.checkouts.erase('again')).toBe(true);
    const other = [await put('other', 'one')];
    expect((await b.checkouts.create(job('again'), other)).path).toBe('again');
    await waitFor(() => shows(a.jobs, 'again', [[other[0]!, 'other']]));
    expect(shows(b.jobs, 'again', [[other[0]!, 'other']])).toBe(true);
  });

  it('are made on demand where that is wanted', async () => {
    await using a = await open();
    await using b = await open({ materialise: 'on-demand' });
    const files = [await put('one', 'one')];
    await a.checkouts.create(job('demand'), files);
    await waitFor(() => b.checkouts.follower.known.length === 1);
    expect(existsSync(join(b.jobs, 'demand'))).toBe(false);
    await Promise.all([b.checkouts.show('demand'), b.checkouts.show('demand')]);
    expect(shows(b.jobs, 'demand', [[files[0]!, 'one']])).toBe(true);
  });

  it('that were made on demand go when there are too many, and come again on demand', async () => {
    await using a = await open();
    await using b = await open({ materialise: 'on-demand', onDemandBytes: 5 });
    const files = [await put('four', 'four')];
    const isHere = (path: string): boolean => existsSync(join(b.jobs, path));
    for (const path of ['first', 'second']) await a.checkouts.create(job(path), files);
    await b.checkouts.create(job('own'), files);
    await waitFor(() => b.checkouts.follower.known.length === 3);
    await b.checkouts.show('first');
    await b.checkouts.show('second');
    // The first is the older one; what a client made here is no copy.
    await waitFor(() => !isHere('first'));
    expect(isHere('own')).toBe(true);
    expect((await Array.fromAsync(b.checkouts.list())).map(({ path }) => path)).toEqual(['first', 'own', 'second']);
    expect((await b.checkouts.show('first'))?.entries).toMatchObject([{ path: 'four', present: true }]);
    expect(shows(a.jobs, 'first', [[files[0]!, 'four']])).toBe(true);
  });

  it('that miss files are refused with all of them, and leave nothing', async () => {
    await using a = await open();
    const files = [await put('one', 'one'), fileOf('missing', 'a'), fileOf('missing too', 'b')];
    const failing = a.checkouts.create(job('missing'), files);
    await expect(failing).rejects.toThrow(MissingFilesError);
    await expect(failing).rejects.toMatchObject({ files: files.slice(1) });
    const { rows } = await database.query('select * from waybill_checkouts');
    expect(rows).toEqual([]);
  });

  it('that a server claimed when it died are free after the lease, or when it is back', async () => {
    const folder = newFolder();
    const files = [await put('one', 'one')];
    await using a = await open();
    await using dying = await open({}, folder);
    await dying.registry.claim('dead', planCheckout(files), { waits: false });
    await database.query(`update waybill_checkouts set replica = 'dead'`);
    expect(await a.checkouts.erase('dead')).toBe(false);
    await database.query(`update waybill_checkouts set claimed_until = clock_timestamp() - interval '1 second'`);
    expect((await a.checkouts.create(job('dead'), files)).path).toBe('dead');
    await dying.registry.claim('begun', planCheckout(files), { waits: false });
    await dying.local.createRegistered({ path: 'begun', registration: await claimedRegistration() }, files);
    await using back = await open({}, folder);
    expect(existsSync(join(back.jobs, 'begun'))).toBe(false);
    expect((await a.checkouts.create(job('begun'), files)).path).toBe('begun');
  });

  it('keep their files from the collection of every server, whoever made them and where', async () => {
    await using a = await open();
    await using b = await open({ listens: false, pollMs: 600_000 });
    const shown = await Promise.all(Array.from({ length: 50 }, (_file, n) => put(`shown ${n}`, `${n}`)));
    const unused = await put('unused', 'unused');
    const building = await put('building', 'building');
    await a.checkouts.create(job('kept'), shown);
    await a.registry.claim('claimed', planCheckout([building]), { waits: false });
    await database.query('delete from waybill_pins');
    const collector = createCollector({
      ...{ store, pins: b.pins, sources: [new RegistryReferences(database)] },
      lock: createPostgresCollectionLock(database),
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    const report = await collector.collect({ maxAgeMs: 0 });
    expect(report.problems).toEqual([]);
    const has = ({ sha, sizeBytes }: ShamanFile): Promise<boolean> => store.has(blobKey(sha, sizeBytes));
    expect(await Promise.all([...shown, building].map(has))).not.toContain(false);
    expect(await has(unused)).toBe(false);
    await a.checkouts.erase('kept');
    expect((await collector.collect({ maxAgeMs: 0 })).deleted.blobs).toBeGreaterThanOrEqual(50);
  });

  it('that were there before the registry are told to it', async () => {
    await using a = await open();
    await using b = await open();
    const files = [await put('one', 'one')];
    await a.local.create(job('old'), files);
    await a.local.create(job('taken'), files);
    await b.checkouts.create(job('taken'), [await put('two', 'two')]);
    const left: string[] = [];
    const adopt = () => adoptCheckouts({ ...a, store, onLeft: (path) => left.push(path) });
    await adopt();
    expect(left).toEqual(['taken']);
    await waitFor(() => shows(b.jobs, 'old', [[files[0]!, 'one']]));
    await a.checkouts.follower.sync();
    expect(shows(a.jobs, 'old', [[files[0]!, 'one']]) && shows(a.jobs, 'taken', [[files[0]!, 'one']])).toBe(true);
    expect(await b.checkouts.erase('old')).toBe(true);
    await waitFor(() => !existsSync(join(a.jobs, 'old')));
  });

  it('are not erased because the database was lost: a new one is told of them', async () => {
    const folder = newFolder();
    const files = [await put('one', 'one')];
    await using a = await open({}, folder);
    await a.checkouts.create(job('survivor'), files);
    await a[Symbol.asyncDispose]();
    await dropAll();
    await using back = await open({}, folder);
    await adoptCheckouts({ ...back, store });
    expect((await Array.fromAsync(back.checkouts.list())).map(({ path }) => path)).toEqual(['survivor']);
    expect(shows(back.jobs, 'survivor', [[files[0]!, 'one']])).toBe(true);
  });

  it('that are younger than the backup that a database was restored from stay, as the manual says', async () => {
    const manual = readFileSync(new URL('../../../../docs/operations/shaman-server.md', import.meta.url), 'utf8');
    const statement = /`(update waybill_checkout_registry [^`]*)`/.exec(manual)?.[1] ?? 'no statement';
    const [folder, other] = [newFolder(), newFolder()];
    const files = [await put('one', 'one')];
    const a = await open({}, folder);
    await a.checkouts.create(job('old'), files);
    const tables = ['waybill_checkout_registry', 'waybill_checkouts', 'waybill_checkout_digests'];
    for (const table of tables) await database.query(`create table backup_${table} as select * from ${table}`);
    await a.checkouts.create(job('young'), files);
    await a[Symbol.asyncDispose]();
    await database.query(`truncate ${tables.join(', ')}`);
    for (const table of tables) {
      await database.query(`insert into ${table} overriding system value select * from backup_${table}`);
      await database.query(`drop table backup_${table}`);
    }
    await database.query(statement);
    await using back = await open({}, folder);
    await adoptCheckouts({ ...back, store });
    expect((await Array.fromAsync(back.checkouts.list())).map(({ path }) => path)).toEqual(['old', 'young']);
    for (const path of ['old', 'young']) expect(shows(back.jobs, path, [[files[0]!, 'one']])).toBe(true);
    await using second = await open({}, other);
    await waitFor(() => shows(second.jobs, 'young', [[files[0]!, 'one']]));
    // A path is as free or taken as it looks.
    expect(await second.checkouts.erase('young')).toBe(true);
    await waitFor(() => !existsSync(join(back.jobs, 'young')));
    expect((await second.checkouts.create(job('young'), files)).path).toBe('young');
  });

  it('are listed and shown while the database is away; to create says so, and the listener comes back', async () => {
    await using a = await open({ pollMs: 100 });
    await using b = await open({ pollMs: 600_000 });
    const files = [await put('one', 'one')];
    await a.checkouts.create(job('known'), files);
    await waitFor(() => existsSync(join(b.jobs, 'known')));
    await postgres.stop();
    try {
      expect((await Array.fromAsync(b.checkouts.list())).map(({ path }) => path)).toEqual(['known']);
      expect((await b.checkouts.show('known'))?.files).toBe(1);
      const away = { code: 'ERR_DATABASE_UNAVAILABLE' };
      await expect(b.checkouts.show('unknown')).rejects.toMatchObject(away);
      await expect(b.checkouts.create(job('new'), files)).rejects.toMatchObject(away);
      await expect(b.checkouts.erase('known')).rejects.toMatchObject(away);
      expect(existsSync(join(b.jobs, 'known'))).toBe(true);
    } finally {
      await postgres.start();
    }
    await waitFor(async () => {
      const made = await a.checkouts.create(job('after'), files).catch(() => undefined);
      return made !== undefined;
    });
    // Its next look by itself is ten minutes away: the new connection made it look.
    await waitFor(() => existsSync(join(b.jobs, 'after')));
  });

  it('have tables that servers which start at once make together', async () => {
    await dropAll();
    await Promise.all(Array.from({ length: 6 }, () => migrate(database, REGISTRY_MIGRATIONS)));
    const { rows } = await database.query('select * from waybill_checkout_registry');
    expect(rows).toHaveLength(1);
  });

  async function claimedRegistration(): Promise<string> {
    const { rows } = await database.query(
      `select r.id || '/' || c.id as registration from waybill_checkout_registry r, waybill_checkouts c where path = 'begun'`,
    );
    return (rows as { registration: string }[])[0]?.registration ?? '';
  }
});
