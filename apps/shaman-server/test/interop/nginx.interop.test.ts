import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { HEADERS } from '@waybill/shaman-protocol';
import { freePort, runProgram, skipWithout, temporaryDirectory, waitFor } from '@waybill/test-kit';
import { expect, it } from 'vitest';
import { startServerProcess } from '../crash/support/server-process.ts';
import { RawClient } from '../e2e/support/raw-client.ts';
import { HttpCaller } from '../support/http-caller.ts';
import { definitionV2, definitionV3, testFile } from '../support/test-server.ts';
import type { TestFile } from '../support/test-server.ts';

const V3 = '/api/v3/shaman';

/** The block of the manual, as it stands there but for the three ports, and one more location: the whole server below a path. */
function siteOf(ports: { readonly listen: number; readonly shaman: number; readonly manager: number }): string {
  const manual = readFileSync(new URL('../../../../docs/operations/shaman-server.md', import.meta.url), 'utf8');
  const site = /```nginx\n([^`]*)```/.exec(manual)?.[1] ?? 'no site';
  const below = `location /farm/ {
    proxy_pass http://127.0.0.1:8084/;
    proxy_http_version 1.1;
    proxy_request_buffering off;
    proxy_buffering off;
    proxy_redirect / /farm/;
    proxy_set_header X-Forwarded-For $remote_addr;
  }`;
  return site
    .replace('  location / {', `  ${below}\n\n  location / {`)
    .replace('listen 8080', `listen 127.0.0.1:${ports.listen}`)
    .replaceAll('127.0.0.1:8084', `127.0.0.1:${ports.shaman}`)
    .replaceAll('127.0.0.1:8081', `127.0.0.1:${ports.manager}`);
}

async function startNginx(folder: string, site: string): Promise<AsyncDisposable> {
  mkdirSync(folder);
  const file = join(folder, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const http = `http { access_log off; ${temporary.join(' ')}\n${site}\n}`;
  writeFileSync(file, `${user} daemon off; worker_processes 1; pid ${folder}/pid; events {}\n${http}`);
  const child = spawn('nginx', ['-p', folder, '-c', file, '-e', join(folder, 'error.log')], { stdio: 'ignore' });
  await once(child, 'spawn');
  return {
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Says which path it was asked for, as a Manager would who knows nothing of ours. */
async function startManager(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((request, response) => response.end(`manager ${request.url}`)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function openScene() {
  await using stack = new AsyncDisposableStack();
  const { path: folder } = stack.use(await temporaryDirectory());
  const access = ['--trust-proxy', '127.0.0.1', '--anonymous-v3-from', '127.0.0.0/8', '--tokens', 'secret'];
  const ours = stack.use(await startServerProcess(join(folder, 'storage'), ['--no-gc', '--no-scrub', ...access]));
  const manager = stack.use(await startManager());
  const listen = await freePort();
  const ports = { listen, manager: manager.port, shaman: Number(new URL(ours.url).port) };
  stack.use(await startNginx(join(folder, 'nginx'), siteOf(ports)));
  const caller = stack.use(new HttpCaller(`http://127.0.0.1:${listen}`));
  await waitFor(
    () =>
      caller.call('/').then(
        ({ status }) => status === 200,
        () => false,
      ),
    { what: 'nginx' },
  );
  const kept = stack.move();
  return { folder, caller, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** nginx closes a connection after an answer that came before the end of the body, and says to the client that it keeps it. */
const CLOSING = { connection: 'close' };

const upload = (caller: HttpCaller, base: string, { name, content }: TestFile, headers = {}) =>
  caller.call(`${base}/files/${name}`, { method: 'POST', body: content, headers: { ...CLOSING, ...headers } });

it('shares one address with a Manager behind nginx, as the manual says', async (test) => {
  if ((await runProgram('nginx', ['-v'])) === undefined) skipWithout(test, 'nginx is not installed');
  await using scene = await openScene();
  const { caller, folder } = scene;
  // Above nginx's own limit of 1 MB for a body.
  const files = [testFile('scene.blend', Buffer.alloc(5_000_000, 'scene')), testFile('a/small', 'small')];
  const definition = { files: definitionV3(files) };
  expect((await caller.json<{ files: unknown[] }>(`${V3}/checkout/requirements`, definition)).files).toHaveLength(2);
  for (const file of files) expect((await upload(caller, V3, file)).status).toBe(204);
  expect((await upload(caller, V3, files[0]!)).status).toBe(208);
  expect((await caller.json<{ files: unknown[] }>(`${V3}/checkout/requirements`, definition)).files).toEqual([]);
  const made = await caller.json<{ checkoutPath: string }>(`${V3}/checkout/create`, {
    ...definition,
    checkoutPath: 'show/shot',
  });
  expect(made.checkoutPath).toBe('show/shot');
  expect(readFileSync(join(folder, 'storage/jobs/show/shot/a/small'), 'utf8')).toBe('small');
  for (const path of ['/api/v3/version', '/api/v3/jobs', '/', '/waybill/v1/stats'])
    expect(String((await caller.call(path)).body)).toBe(`manager ${path}`);
});

it('tells a client behind nginx at once that somebody else is sending the file', async (test) => {
  if ((await runProgram('nginx', ['-v'])) === undefined) skipWithout(test, 'nginx is not installed');
  await using scene = await openScene();
  const { caller } = scene;
  const file = testFile('large', Buffer.alloc(3_000_000, 'large'));
  await using slow = await RawClient.connect(caller.url);
  await slow.head('POST', `${V3}/files/${file.name}`, { 'content-length': file.sizeBytes });
  await slow.write(file.content.subarray(0, 1_000_000));
  const status = () => caller.json<{ status: string }>(`${V3}/files/${file.name}`);
  await waitFor(async () => (await status()).status === 'uploading');
  expect((await upload(caller, V3, file, { [HEADERS.canDefer]: 'true' })).status).toBe(425);
  const waiting = upload(caller, V3, file);
  await slow.write(file.content.subarray(1_000_000));
  expect((await slow.answer()).status).toBe(204);
  expect((await waiting).status).toBe(208);
});

it('serves every protocol below a path of nginx, to who has a token', async (test) => {
  if ((await runProgram('nginx', ['-v'])) === undefined) skipWithout(test, 'nginx is not installed');
  await using scene = await openScene();
  const { caller } = scene;
  const file = testFile('scene.blend', 'BLENDER');
  const headers = { authorization: 'Bearer secret' };
  expect((await upload(caller, '/farm', file)).status).toBe(401);
  expect((await upload(caller, '/farm', file, headers)).status).toBe(204);
  const again = await upload(caller, '/farm', file, headers);
  expect(again.status).toBe(208);
  // Where the file is, for who stands in front of nginx.
  expect(new URL(again.headers.location ?? '', caller.url).pathname).toBe(`/farm/files/${file.name}`);
  const body = Buffer.from(definitionV2([file]));
  const v2 = { method: 'POST', type: 'text/plain', headers, body } as const;
  expect((await caller.call('/farm/checkout/requirements', v2)).status).toBe(200);
  expect(String((await caller.call('/farm/checkout/create/job', v2)).body)).toBe('ob/job');
  expect((await caller.call(`/farm/files/${file.name}`, { headers })).body.equals(file.content)).toBe(true);
  expect((await caller.call('/farm/waybill/v1/stats')).status).toBe(401);
  expect((await caller.call('/farm/waybill/v1/stats', { headers })).status).toBe(200);
});
