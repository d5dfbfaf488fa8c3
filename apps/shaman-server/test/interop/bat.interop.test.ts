import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { runProgram, skipWithout, temporaryDirectory } from '@waybill/test-kit';
import type { SkippableTest } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { createKeyFiles, readPrivateKey } from '../../src/auth/es256-keys.ts';
import { issueToken } from '../../src/auth/issue-token.ts';
import { createKeyVerifier } from '../../src/auth/jwt-verifier.ts';
import { createKeyFolder } from '../../src/auth/key-folder.ts';
import { createTestServer } from '../support/test-server.ts';
import type { TestServer, TestServerInit } from '../support/test-server.ts';

/*
 * Blender Asset Tracer 1.x (`blender-asset-tracer` on PyPI) packs into our server by v2. It is run as a
 * program; nothing of it is in here.
 */

const data = process.env['WAYBILL_TEST_DATA'] ?? resolve(import.meta.dirname, '../../../../../shared/data');
const project = join(data, 'blend/bat');

/** A version is printed by its own command: another program of that name shows files in colour. */
async function requireBat(test: SkippableTest): Promise<void> {
  const version = await runProgram('bat', ['version']);
  if (version?.code !== 0 || !/^\d+\.\d+/.test(version.stdout))
    skipWithout(test, 'BAT is not installed (pip install blender-asset-tracer)');
}

interface Pack {
  url: string;
  id: string;
  home: string;
  blend?: string;
  token?: string;
}

/** @returns Its exit code. */
async function pack({
  url,
  id,
  home,
  blend = 'image_sequencer.blend',
  token = 'not-needed',
}: Pack): Promise<number | null> {
  const target = `shaman+${url}/#${id}`;
  // Its cache of checksums is kept in the home folder; a proxy of this machine is no concern of it.
  const env = { ...process.env, HOME: home, SHAMAN_JWT_TOKEN: token, no_proxy: '*' };
  const result = await runProgram('bat', ['pack', '-p', project, join(project, blend), target], {
    env,
    timeoutMs: 120_000,
  });
  return result?.code ?? null;
}

/** Counts the answers to uploads. */
function countUploads(): { init: Pick<TestServerInit, 'logs'>; statuses: number[] } {
  const statuses: number[] = [];
  const write = (line: string): void => {
    const { msg, method, path, status } = JSON.parse(line) as {
      msg?: string;
      method?: string;
      path?: string;
      status?: number;
    };
    if (msg === 'request' && method === 'POST' && path?.startsWith('/files/') === true) statuses.push(status ?? 0);
  };
  return { init: { logs: { write } }, statuses };
}

/** The files of a checkout; each has to be there with the content that its link names. */
function filesOf(server: TestServer, id: string): string[] {
  const root = join(server.path, 'jobs', id.slice(-2), id);
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(root, path)).isFile(),
  );
  for (const path of paths.filter((name) => existsSync(join(project, name)) && !name.endsWith('.blend')))
    expect(digestOf(join(root, path))).toBe(digestOf(join(project, path)));
  return paths.sort();
}

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** A proxy that cuts its first connection with a body after some bytes of it. */
async function breakingProxy(
  target: string,
  afterBytes: number,
): Promise<AsyncDisposable & { url: string; broken: () => boolean }> {
  let broken = false;
  const proxy = createServer((client) => {
    const upstream = connect({ host: '127.0.0.1', port: Number(new URL(target).port) });
    let seen = 0;
    client.on('data', (bytes: Buffer) => {
      seen += bytes.length;
      if (!broken && seen > afterBytes) {
        broken = true;
        client.resetAndDestroy();
        upstream.destroy();
      } else upstream.write(bytes);
    });
    upstream.pipe(client);
    client.on('close', () => upstream.destroy());
    client.on('error', () => undefined);
    upstream.on('error', () => client.destroy());
  });
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
  const { port } = proxy.address() as AddressInfo;
  return {
    ...{ url: `http://127.0.0.1:${port}`, broken: () => broken },
    [Symbol.asyncDispose]: () => new Promise((closed) => proxy.close(() => closed())),
  };
}

describe.skipIf(!existsSync(project))('BAT (WAYBILL_TEST_DATA)', () => {
  it('packs into our server, and sends nothing the second time', async (test) => {
    await requireBat(test);
    await using home = await temporaryDirectory();
    const { init, statuses } = countUploads();
    await using server = await createTestServer(init);
    const url = await server.listen();
    expect(await pack({ url, id: 'first_job', home: home.path })).toBe(0);
    const files = filesOf(server, 'first_job');
    expect(files.length).toBeGreaterThan(2);
    expect(statuses.every((status) => status === 204)).toBe(true);
    const sent = statuses.length;
    expect(await pack({ url, id: 'second_job', home: home.path })).toBe(0);
    expect(filesOf(server, 'second_job')).toEqual(files);
    expect(statuses).toHaveLength(sent);
  });

  it('of two that pack the same files at once, both get all of them', async (test) => {
    await requireBat(test);
    const { init, statuses } = countUploads();
    await using server = await createTestServer(init);
    const url = await server.listen();
    await using home = await temporaryDirectory();
    const clients = ['one_job', 'two_job'].map((id) => pack({ url, id, home: join(home.path, id) }));
    expect(await Promise.all(clients)).toEqual([0, 0]);
    expect(filesOf(server, 'one_job')).toEqual(filesOf(server, 'two_job'));
    const { blobs } = await server.services.usage.count();
    expect(statuses.filter((status) => status === 204)).toHaveLength(blobs);
    expect(statuses.every((status) => status === 204 || status === 208)).toBe(true);
  });

  it('can be run again after its connection broke in the middle of a file', async (test) => {
    await requireBat(test);
    await using home = await temporaryDirectory();
    const { init, statuses } = countUploads();
    await using server = await createTestServer(init);
    await using proxy = await breakingProxy(await server.listen(), 200_000);
    const one = { url: proxy.url, id: 'broken_job', home: home.path, blend: 'linked_cube.blend' };
    // It takes the broken connection for "somebody else sends this", and forgets the file (spec section 2, no. 10).
    await pack(one);
    expect(proxy.broken()).toBe(true);
    expect(existsSync(join(server.path, 'jobs/ob/broken_job'))).toBe(false);
    expect(await pack(one)).toBe(0);
    expect(filesOf(server, 'broken_job')).toEqual(['basic_file.blend', 'linked_cube.blend', 'pack-info.txt']);
    expect(statuses.filter((status) => status === 204)).toHaveLength(3);
  });

  it('is let in with a token of ours, and not without', async (test) => {
    await requireBat(test);
    await using home = await temporaryDirectory();
    const keys = join(home.path, 'keys');
    await createKeyFiles(keys);
    const folder = createKeyFolder({ directory: keys });
    await using server = await createTestServer({ auth: { verifiers: [createKeyVerifier(() => folder.keys())] } });
    const url = await server.listen();
    const token = await issueToken({ key: (await readPrivateKey(keys))!, userId: 'artist' });
    const one = { url, home: home.path, blend: 'linked_cube.blend' };
    expect(await pack({ ...one, id: 'let_in', token })).toBe(0);
    expect(await pack({ ...one, id: 'kept_out', token: `${token}x` })).not.toBe(0);
    expect(existsSync(join(server.path, 'jobs/ut/kept_out'))).toBe(false);
  });
});
