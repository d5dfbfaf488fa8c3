import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HEADERS } from '@waybill/shaman-protocol';
import {
  hasS3Server,
  seededRandom,
  skipWithout,
  startS3Server,
  temporaryDirectory,
  testTier,
  waitFor,
} from '@waybill/test-kit';
import type { SkippableTest } from '@waybill/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lostCheckouts } from '../crash/support/check-storage.ts';
import { startServerProcess } from '../crash/support/server-process.ts';
import { Acknowledged, ShamanLoad } from '../crash/support/shaman-load.ts';
import { RawClient } from '../e2e/support/raw-client.ts';
import { HttpCaller } from '../support/http-caller.ts';
import { definitionV2, definitionV3 } from '../support/test-server.ts';
import type { TestFile } from '../support/test-server.ts';
import {
  checkOut,
  credentialsOf,
  filesOf,
  requirements,
  startFarm,
  storeUrl,
  upload,
  V3,
  wrongFiles,
} from './support.ts';
import type { Farm, Replica } from './support.ts';

const collect = (replica: Replica) => replica.json<{ error?: unknown }>('/waybill/v1/gc', { maxAgeMs: 0 });

interface Servers {
  readonly farm: Farm;
  readonly a: Replica;
  readonly b: Replica;
}

describe('two servers of one store', () => {
  let servers: Servers | { readonly unavailable: string };
  const running = new AsyncDisposableStack();
  // Here and not when the file is loaded: a run of other tests alone would leave them behind.
  beforeAll(async () => {
    const farm = hasS3Server() ? await startFarm() : { unavailable: 'versitygw is not installed' };
    if ('unavailable' in farm) servers = farm;
    else {
      running.use(farm);
      const [a, b] = await Promise.all([farm.start('a'), farm.start('b')]);
      servers = { farm, a, b };
    }
  });
  afterAll(() => running.disposeAsync());
  const need = (test: SkippableTest): Servers =>
    'unavailable' in servers ? skipWithout(test, servers.unavailable) : servers;

  it('answer any request, wherever the one before it went', async (test) => {
    const { farm, a, b } = need(test);
    const files = filesOf('any', 12);
    expect((await requirements(b, files)).files).toHaveLength(12);
    for (const file of files) expect(await upload(a, file)).toBe(204);
    expect((await requirements(b, files)).files).toEqual([]);
    const { checkoutPath } = await checkOut(b, files, 'any/job');
    expect(checkoutPath).toBe('any/job');
    for (const { path, content } of files)
      expect(readFileSync(join(farm.folder, 'jobs/any/job', path)).equals(content)).toBe(true);
    expect(await wrongFiles(b, files)).toEqual([]);
    expect(await a.json<{ files: number }>('/waybill/v1/checkouts/any/job')).toMatchObject({ files: 12 });
    expect((await checkOut(a, files, 'any/job')).checkoutPath).toMatch(/^any\/job-[a-z0-9]{4}$/);
    const v2 = { method: 'POST', type: 'text/plain', body: Buffer.from(definitionV2(files)) } as const;
    expect((await b.call('/checkout/create/any_job', v2)).status).toBe(200);
    expect((await a.call('/checkout/create/any_job', v2)).status).toBe(409);
    expect((await a.call('/waybill/v1/checkouts/any/job', { method: 'DELETE' })).status).toBe(204);
    expect((await b.call('/waybill/v1/checkouts/any/job')).status).toBe(404);
  });

  it('store a file once that comes to both at the same time, and tell both clients the truth', async (test) => {
    const { farm, a, b } = need(test);
    const files = filesOf('both', 40);
    const before = objectNames(farm.objects).length;
    const told = await Promise.all([a, b].map((replica) => Promise.all(files.map((file) => upload(replica, file)))));
    const statuses = told.flat();
    expect(statuses.filter((status) => status === 204)).toHaveLength(files.length);
    expect(statuses.filter((status) => status === 208)).toHaveLength(files.length);
    expect(await wrongFiles(a, files)).toEqual([]);
    expect(await wrongFiles(b, files)).toEqual([]);
    expect(objectNames(farm.objects).length - before).toBe(files.length);
  });

  it('defer a client because of an upload at the other one, and tell it when that has ended', async (test) => {
    const { a, b } = need(test);
    const [file] = filesOf('deferred', 1) as [TestFile];
    await using slow = await RawClient.connect(a.url);
    await slow.head('POST', `/files/${file.name}`, { 'content-length': file.sizeBytes });
    await slow.write(file.content.subarray(0, 10_000));
    await waitFor(async () => (await requirements(b, [file])).files[0]?.status === 'uploading');
    expect(await b.json(`${V3}/files/${file.name}`)).toEqual({ status: 'uploading' });
    expect(await upload(b, file, { [HEADERS.canDefer]: 'true' })).toBe(425);
    const waiting = upload(b, file);
    await slow.write(file.content.subarray(10_000));
    expect((await slow.answer()).status).toBe(204);
    expect(await waiting).toBe(208);
    expect(await b.json(`${V3}/files/${file.name}`)).toEqual({ status: 'stored' });
  });

  it('never collect what the other one has pinned or shows in a checkout', async (test) => {
    const { farm, a, b } = need(test);
    const [pinned, shown, unused] = [filesOf('pinned', 10), filesOf('shown', 10), filesOf('unused', 10)];
    for (const file of [...pinned, ...shown, ...unused]) expect(await upload(b, file)).toBe(204);
    await checkOut(b, shown, 'shown');
    // As if the time of all pins were over: only the checkout itself keeps its files now.
    await farm.sql('delete from waybill_pins');
    await requirements(b, pinned);
    // Objects of S3 know their age in whole seconds.
    await sleep(2100);
    expect((await collect(a)).error).toBeUndefined();
    expect(await wrongFiles(b, [...pinned, ...shown])).toEqual([]);
    expect(await wrongFiles(a, unused)).toHaveLength(unused.length);
    expect((await requirements(a, [...pinned, ...shown, ...unused])).files).toHaveLength(unused.length);
  });

  it('say 503 while the database is away, take uploads all the same, and recover', async (test) => {
    const { farm, a, b } = need(test);
    const [before, during] = [filesOf('before', 3), filesOf('during', 3)];
    for (const file of before) expect(await upload(a, file)).toBe(204);
    await farm.database.stop();
    for (const replica of [a, b]) {
      for (const [path, options] of neededStorage(before)) {
        const { status, headers } = await replica.call(path, options);
        expect([path, status, Number(headers['retry-after']) > 0]).toEqual([path, 503, true]);
      }
      expect((await replica.call('/readyz')).status).toBe(503);
      expect(await wrongFiles(replica, before)).toEqual([]);
    }
    // A claim only saves work: files are taken without it.
    for (const file of during) expect(await upload(a, file)).toBe(204);
    expect(await wrongFiles(b, during)).toEqual([]);
    await farm.database.start();
    for (const replica of [a, b]) {
      await waitFor(async () => (await replica.call('/readyz')).status === 200);
      expect((await requirements(replica, [...before, ...during])).files).toEqual([]);
    }
    expect((await checkOut(b, during, 'after')).checkoutPath).toBe('after');
  });

  it('refuse a third one with checkouts in another folder, whose collections would not see theirs', async (test) => {
    const { farm } = need(test);
    const start = farm.start('stranger', ['--checkouts', join(farm.folder, 'elsewhere')]);
    await expect(start).rejects.toThrow('ERR_CHECKOUT_FOLDERS_DIFFER');
  });

  it('lose nothing that one of them has acknowledged when it is killed, and take over what it was receiving', async (test) => {
    const { farm, b } = need(test);
    const victim = await farm.start('victim');
    const done = new Acknowledged();
    const load = new ShamanLoad(victim.url, done, seededRandom(1)).run(8);
    await using slow = await RawClient.connect(victim.url);
    const [held] = filesOf('held', 1) as [TestFile];
    await slow.head('POST', `/files/${held.name}`, { 'content-length': held.sizeBytes });
    await waitFor(async () => (await requirements(b, [held])).files[0]?.status === 'uploading');
    const enough = async (): Promise<void> => {
      await sleep(3000);
      await waitFor(() => done.files.length > 20, { timeoutMs: 60_000 });
    };
    await Promise.all([load, enough().finally(() => victim.process.child.kill('SIGKILL'))]);
    console.log(`killed replica: ${done.files.length} files, ${done.checkouts.length} checkouts acknowledged`);
    expect(done.files.length).toBeGreaterThan(20);
    expect(await wrongFiles(b, done.files)).toEqual([]);
    expect(lostCheckouts(farm.folder, done.checkouts)).toEqual([]);
    // Its claims run out after 30 s; a push does not wait for all of that.
    const passed = testTier() === 'push' ? 29 : 0;
    await farm.sql(`update waybill_upload_claims set claimed_until = claimed_until - interval '${passed} seconds'`);
    const open = [held, ...done.unanswered.files];
    const statuses = await Promise.all(open.map((file) => upload(b, file)));
    expect(statuses.filter((status) => status !== 204 && status !== 208)).toEqual([]);
    expect(statuses[0]).toBe(204);
    expect(await wrongFiles(b, open)).toEqual([]);
  });
});

it('says 503 while S3 is away', async (test) => {
  if (!hasS3Server()) skipWithout(test, 'versitygw is not installed');
  await using directory = await temporaryDirectory();
  await using s3 = await startS3Server();
  await using process = await startServerProcess(directory.path, ['--blob-store', storeUrl(s3)], {
    env: credentialsOf(s3),
  });
  using server = new HttpCaller(process.url);
  const [file, other] = filesOf('away', 2) as [TestFile, TestFile];
  expect(await upload(server, file)).toBe(204);
  await s3[Symbol.asyncDispose]();
  const asked = [...neededStorage([file]), [`/files/${file.name}`, {}], [`${V3}/files/${file.name}`, {}]] as const;
  const answers = await Promise.all(asked.map(([path, options]) => server.call(path, options)));
  expect(answers.map(({ status }) => status)).toEqual(asked.map(() => 503));
  expect(answers.every(({ headers }) => Number(headers['retry-after']) > 0)).toBe(true);
  expect(await upload(server, other)).toBe(503);
});

/** What cannot be answered without the pins of all servers, nor without the files. */
function neededStorage(files: readonly TestFile[]) {
  const v3 = { files: definitionV3(files) };
  const post = (type: string, text: string) => ({ method: 'POST', type, body: Buffer.from(text) }) as const;
  return [
    [`${V3}/checkout/requirements`, post('application/json', JSON.stringify(v3))],
    [`${V3}/checkout/create`, post('application/json', JSON.stringify({ ...v3, checkoutPath: 'away' }))],
    ['/checkout/requirements', post('text/plain', definitionV2(files))],
    ['/checkout/create/away', post('text/plain', definitionV2(files))],
    ['/waybill/v1/requirements', post('application/json', JSON.stringify(v3))],
  ] as const;
}

function objectNames(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}
