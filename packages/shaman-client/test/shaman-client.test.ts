import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createShamanClient, ShamanNotFoundError, TokenRefusedError } from '../src/index.ts';
import { QUICK, testFiles } from './support/files.ts';
import { startFakeServer } from './support/fake-server.ts';

describe('what a server speaks is found out', () => {
  test.each([
    ['own', 'v3', true],
    ['v3', 'v3', false],
    ['v2', 'v2', false],
  ] as const)('%s', async (kind, protocol, isOurs) => {
    await using server = await startFakeServer({ protocol: kind });
    await using client = await createShamanClient({ url: server.url, timing: QUICK });
    expect(client.protocol).toBe(protocol);
    expect(client.capabilities !== undefined).toBe(isOurs);
  });

  test.each([
    ['a server that answers everything with a page', 200],
    ['a server that has none of it', 404],
    ['a server that knows no such method', 405],
  ])('%s is no Shaman server', async (_title, status) => {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(status, { 'content-type': 'text/html' }).end('<html></html>');
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await expect(createShamanClient({ url, timing: QUICK })).rejects.toBeInstanceOf(ShamanNotFoundError);
    server.close();
  });
});

describe('tokens', () => {
  const token = 'aaa.bbb.ccc';

  test.each(['v2', 'v3', 'own'] as const)('%s gets the token that was given, with every request', async (protocol) => {
    await using server = await startFakeServer({ protocol, token });
    await using client = await createShamanClient({ url: server.url, timing: QUICK, token });
    await client.sendFiles(testFiles(3), { checkout: 'job' });
    expect(server.checkouts.size).toBe(1);
  });

  test('a v2 server is asked for one', async () => {
    await using server = await startFakeServer({
      protocol: 'v2',
      token,
      script: ({ path, response }) => {
        if (path === 'get-token') response.end(`${token}\n`);
        return path === 'get-token';
      },
    });
    for (const protocol of ['v2', 'auto'] as const) {
      await using client = await createShamanClient({ url: server.url, timing: QUICK, protocol });
      await client.sendFiles(testFiles(3));
    }
    expect(server.count(/get-token/)).toBe(2);
  });

  test('a bad one, one that is missing and one that is too old are told', async () => {
    await using server = await startFakeServer({ protocol: 'v2', token });
    await expect(createShamanClient({ url: server.url, timing: QUICK })).rejects.toBeInstanceOf(TokenRefusedError);
    await using client = await createShamanClient({ url: server.url, timing: QUICK, protocol: 'v2', token: 'bad' });
    await expect(client.sendFiles(testFiles(1))).rejects.toMatchObject({ code: 'ERR_TOKEN_REFUSED', status: 401 });
  });
});

test('a server below a path is reached there, with or without a slash at its end', async () => {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? '');
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  for (const url of [`http://127.0.0.1:${port}/flamenco/`, `shaman+http://127.0.0.1:${port}/flamenco#job`])
    await expect(createShamanClient({ url, timing: QUICK })).rejects.toBeInstanceOf(ShamanNotFoundError);
  expect(paths).toHaveLength(6);
  for (const path of paths) expect(path).toMatch(/^\/flamenco\/(waybill|api|checkout)\//);
  server.close();
});
