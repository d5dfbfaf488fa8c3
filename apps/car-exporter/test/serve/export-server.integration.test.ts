import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openCarStore } from '@waybill/car';
import { createLogger, createMetrics } from '@waybill/http-kit';
import { spawnChild, temporaryDirectory, type TemporaryDirectory } from '@waybill/test-kit';
import { CID } from 'multiformats/cid';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ExportJob } from '../../src/serve/export-jobs.ts';
import { type ExportServer, startExportServer } from '../../src/serve/start-export-server.ts';
import { CarChainSource } from '../../src/store/car-chain-source.ts';
import type { ChainSource } from '../../src/store/chain-source.ts';
import { writeChain } from '../support/write-chain.ts';

const TOKEN = 'secret-token';
const CONFIG = {
  WriteBufferSize: 65_536,
  NumWorkers: 1,
  IncludeMessages: true,
  IncludeReceipts: true,
  IncludeStateRoots: true,
};

let place: TemporaryDirectory;
let source: CarChainSource;
let tail: { '/': string }[] = [];
let tailHeight = 0;
let walking: PromiseWithResolvers<void> | undefined;

beforeEach(async () => {
  place = await temporaryDirectory();
  const chain = await writeChain(path.join(place.path, 'chain.car'));
  source = new CarChainSource(await openCarStore(path.join(place.path, 'chain.car'), { indexPath: null }));
  const { height, cids } = chain.summary().tipsets[5]!;
  tailHeight = height;
  tail = cids.map((cid) => ({ '/': CID.decode(cid).toString() }));
  walking = undefined;
});

afterEach(async () => {
  await source[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

/** Its walks wait, where `walking` is set, until they are let go or aborted. */
function gated(): ChainSource {
  return {
    fetch: source.fetch,
    identity: source.identity,
    resolve: (reference, options) => source.resolve(reference, options),
    walk: async (init, options) => {
      options?.signal?.throwIfAborted();
      const { promise: aborted, reject } = Promise.withResolvers<never>();
      options?.signal?.addEventListener('abort', () => reject(options.signal?.reason as Error));
      if (walking !== undefined) await Promise.race([walking.promise, aborted]);
      return await source.walk(init, options);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

const start = (tokens: readonly string[] | null = [TOKEN], minFreeBytes = 0): Promise<ExportServer> =>
  startExportServer({
    ...{ source: gated(), outputDir: path.join(place.path, 'out'), minFreeBytes, verify: true },
    tokens: tokens ?? undefined,
    ...{ host: '127.0.0.1', port: 0, registry: createMetrics('test', { defaultMetrics: false }) },
    logger: createLogger({ name: 'test', level: 'silent' }),
  });

interface Answer {
  result?: unknown;
  error?: { code: number; message: string; data?: { code: string } };
}

async function call(
  { url }: ExportServer,
  method: string,
  params: unknown[] = [],
  signal?: AbortSignal,
): Promise<Answer> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  const response = await fetch(`${url}/rpc/v1`, { method: 'POST', body, headers, signal: signal ?? null });
  return (await response.json()) as Answer;
}

const EXPORT = 'Filecoin.ChainExportRangeInternal';
const statusOf = async (server: ExportServer): Promise<ExportJob> =>
  (await call(server, 'Waybill.ExportStatus')).result as ExportJob;

/** What was put there, without the lock. */
const snapshots = (): string[] =>
  readdirSync(path.join(place.path, 'out')).filter((name) => !name.startsWith('.waybill-car-exporter.lock'));

describe('Filecoin.ChainExportRangeInternal', () => {
  test('writes a snapshot under the name that Lotus gives it, and answers null', async () => {
    await using server = await start();
    expect(await call(server, EXPORT, [[], tail, CONFIG])).toMatchObject({ result: null });
    const [name = '', sidecar] = snapshots().toSorted();
    expect(name).toMatch(/^snapshot_\d+_30_\d+\.car$/);
    expect(sidecar).toBe(`${name}.sha256sum`);
    const job = await statusOf(server);
    expect(job).toMatchObject({ state: 'done', tailHeight, path: path.join(place.path, 'out', name), error: null });
    expect(job.blocks).toBeGreaterThan(100);
    const metrics = await fetch(`${server.url}/metrics`).then((response) => response.text());
    expect(metrics).toContain('waybill_exports_ended_total{state="done"} 1');
    using store = await openCarStore(job.path, { indexPath: null });
    expect(store.index.blockCount).toBe(job.blocks);
  });

  test('is refused without the admin token', async () => {
    await using server = await start(['another']);
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: EXPORT, params: [[], [], CONFIG] });
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await fetch(`${server.url}/rpc/v1`, { method: 'POST', body, headers })).status).toBe(401);
    expect(snapshots()).toEqual([]);
  });

  test.for([
    ['no parameters', [], -32_602, 'ERR_RPC_PARAMS_INVALID'],
    ['a key that is no CID', [[{ '/': 'bafyno' }], [], CONFIG], -32_602, 'ERR_RPC_PARAMS_INVALID'],
  ] as const)('refuses %s', async ([, params, code, name]) => {
    await using server = await start();
    expect((await call(server, EXPORT, [...params])).error).toMatchObject({ code, data: { code: name } });
  });

  test('refuses a head below the tail, and a disk that is too full', async () => {
    await using server = await start();
    const { error } = await call(server, EXPORT, [tail, [], CONFIG]);
    expect(error).toMatchObject({ code: 1, data: { code: 'ERR_RANGE_INVALID' } });
    await server.drain(1000);
    await server[Symbol.asyncDispose]();
    await using full = await start([TOKEN], Number.MAX_SAFE_INTEGER);
    expect((await call(full, EXPORT, [[], tail, CONFIG])).error?.data?.code).toBe('ERR_EXPORT_SPACE_LOW');
  });

  test('runs once at a time', async () => {
    await using server = await start();
    walking = Promise.withResolvers();
    const id = (await call(server, 'Waybill.ExportStart', [[], tail, CONFIG])).result;
    expect(await statusOf(server)).toMatchObject({ id, state: 'running' });
    expect((await call(server, EXPORT, [[], tail, CONFIG])).error?.data?.code).toBe('ERR_EXPORT_BUSY');
    walking.resolve();
    await expect.poll(async () => (await statusOf(server)).state).toBe('done');
    walking = undefined;
    // The names are those of seconds.
    await sleep(1000);
    expect(await call(server, EXPORT, [[], tail, CONFIG])).toMatchObject({ result: null });
  });

  test('is cancelled by Waybill.ExportCancel, and leaves nothing', async () => {
    await using server = await start();
    walking = Promise.withResolvers();
    const exporting = call(server, EXPORT, [[], tail, CONFIG]);
    await expect.poll(async () => (await statusOf(server)) as ExportJob | null).not.toBeNull();
    expect((await call(server, 'Waybill.ExportCancel', ['another-id'])).result).toBe(false);
    expect((await call(server, 'Waybill.ExportCancel')).result).toBe(true);
    expect((await exporting).error?.data?.code).toBe('ERR_EXPORT_CANCELLED');
    expect(await statusOf(server)).toMatchObject({ state: 'cancelled', error: { code: 'ERR_EXPORT_CANCELLED' } });
    expect(snapshots()).toEqual([]);
  });

  test('is cancelled when its client goes away', async () => {
    await using server = await start();
    walking = Promise.withResolvers();
    const abort = new AbortController();
    const exporting = call(server, EXPORT, [[], tail, CONFIG], abort.signal).catch(() => 'gone');
    await expect.poll(async () => (await statusOf(server)) as ExportJob | null).not.toBeNull();
    abort.abort();
    expect(await exporting).toBe('gone');
    await expect.poll(async () => (await statusOf(server)).state).toBe('cancelled');
    expect(snapshots()).toEqual([]);
  });
});

test('answers batches, notifications, strangers and garbage as JSON-RPC says', async () => {
  await using server = await start(null);
  const post = (body: string) => fetch(`${server.url}/rpc/v0`, { method: 'POST', body });
  const status = { jsonrpc: '2.0', method: 'Waybill.ExportStatus' };
  const batch = JSON.stringify([{ ...status, id: 'a' }, status, { jsonrpc: '2.0', method: 'no.such', id: 7 }, 3]);
  const answers = (await (await post(batch)).json()) as { id: unknown; error?: { code: number } }[];
  expect(answers.map(({ id }) => id)).toEqual(['a', 7, null]);
  expect(answers.map(({ error }) => error?.code)).toEqual([undefined, -32_601, -32_600]);
  expect((await post(JSON.stringify(status))).status).toBe(204);
  expect(await (await post('{')).json()).toMatchObject({ error: { code: -32_700 } });
  expect(await (await post('[]')).json()).toMatchObject({ error: { code: -32_600 } });
});

test('a second server of one folder is refused', async () => {
  await using _server = await start();
  await expect(start()).rejects.toMatchObject({ code: 'ERR_DIRECTORY_LOCKED' });
});

test('SIGTERM cancels the export and ends the program with 0', async () => {
  const out = path.join(place.path, 'out');
  const main = new URL('../../src/main.ts', import.meta.url);
  const file = path.join(place.path, 'chain.car');
  await using child = await spawnChild(main, ['serve', '--from', file, '--output-dir', out, '--port', '0', '--json']);
  const first: IteratorResult<string, unknown> = await child.lines[Symbol.asyncIterator]().next();
  const { rpc } = JSON.parse(first.value as string) as { rpc: string };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'Waybill.ExportStart', params: [[], tail, CONFIG] });
  expect((await fetch(rpc, { method: 'POST', body })).status).toBe(200);
  child.kill('SIGTERM');
  expect((await child.exited).code).toBe(0);
  expect(existsSync(out)).toBe(true);
  const left = snapshots();
  expect(left.filter((name) => name.endsWith('.temp'))).toEqual([]);
});
