import { waitFor } from '@waybill/test-kit';
import { describe, expect, test } from 'vitest';
import { ServerOptionsInvalidError } from '../src/index.ts';
import { get, rawClient } from './support/raw-client.ts';
import { testClient } from './support/test-client.ts';
import { testServer } from './support/test-server.ts';

const name = 'test';

describe('the access log', () => {
  test('has one line per request with path, status, milliseconds and bytes, and no query', async () => {
    await using server = testServer();
    await using client = testClient();
    server.app.get('/files/*', () => 'abc');
    const { url } = await server.listen();
    await client.requestBytes(`${url}/files/a%3Ab?token=secret`, { name, headers: { 'x-request-id': 'my-id.1' } });
    await waitFor(() => server.lines.some(({ msg }) => msg === 'request'));
    const lines = server.lines.filter(({ msg }) => msg === 'request');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 'info',
      module: 'access',
      method: 'GET',
      path: '/files/a%3Ab',
      status: 200,
      requestId: 'my-id.1',
      ms: expect.any(Number) as number,
    });
    expect(lines[0]?.['bytes']).toBeGreaterThan(100);
    expect(JSON.stringify(server.lines)).not.toContain('secret');
  });

  test('shows what machines ask all the time at debug only', async () => {
    await using server = testServer();
    await using client = testClient();
    const { url } = await server.listen();
    for (const path of ['/livez', '/readyz', '/metrics']) await client.requestBytes(url + path, { name });
    await waitFor(() => server.lines.filter(({ msg }) => msg === 'request').length === 3);
    expect(server.lines.filter(({ msg }) => msg === 'request').map(({ level }) => level)).toEqual([
      'debug',
      'debug',
      'debug',
    ]);
  });

  test('says 499 where the client went away before the response was finished', async () => {
    await using server = testServer();
    server.app.get('/stuck', () => new Promise(() => undefined));
    const { port } = await server.listen();
    const client = await rawClient(port);
    client.socket.write(get('/stuck'));
    await waitFor(async () =>
      (await server.metrics()).includes('http_request_concurrency_all{endpoint="/stuck",method="GET"} 1'),
    );
    client.socket.destroy();
    await waitFor(() => server.lines.some(({ path, status }) => path === '/stuck' && status === 499));
    expect(await server.metrics()).toContain(
      'http_request_latency_all_count{endpoint="/stuck",method="GET",status="499"} 1',
    );
  });
});

describe('request ids', () => {
  test('are taken over where they are sane, and made otherwise', async () => {
    await using server = testServer();
    await using client = testClient();
    const { url } = await server.listen();
    const idOf = async (given?: string): Promise<unknown> => {
      const headers = given === undefined ? {} : { 'x-request-id': given };
      return (await client.requestBytes(`${url}/livez`, { name, headers })).headers['x-request-id'];
    };
    expect(await idOf('4bf92f35-77b3.4da6_x')).toBe('4bf92f35-77b3.4da6_x');
    const uuid = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;
    for (const odd of [undefined, '', 'a'.repeat(65), 'a b', 'a"b', '<x>']) expect(await idOf(odd)).toMatch(uuid);
  });

  test('differ from request to request', async () => {
    await using server = testServer();
    await using client = testClient();
    const { url } = await server.listen();
    const ids = new Set<unknown>();
    for (let count = 0; count < 10; count++)
      ids.add((await client.requestBytes(`${url}/livez`, { name })).headers['x-request-id']);
    expect(ids.size).toBe(10);
  });
});

describe('tokens', () => {
  test.each([
    ['Bearer first-token', 200],
    ['bearer second-token', 200],
    [`Basic ${Buffer.from('anyone:second-token').toString('base64')}`, 200],
    ['Bearer wrong', 401],
    ['Bearer first-token2', 401],
    ['Bearer ', 401],
    [`Basic ${Buffer.from('first-token:').toString('base64')}`, 401],
    ['first-token', 401],
  ])('open with %s: %d', async (authorization, status) => {
    await using server = testServer({ tokens: ['first-token', 'second-token'] });
    await using client = testClient();
    server.app.get('/files', () => []);
    const { url } = await server.listen();
    const answer = await client.requestBytes(`${url}/files`, { name, headers: { authorization } });
    expect(answer.status).toBe(status);
    if (status === 401) expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  test('work as the password of a URL, which is what a wubloader node can send', async () => {
    await using server = testServer({ tokens: ['s3cr:et'] });
    await using client = testClient();
    server.app.get('/files', () => []);
    const { port } = await server.listen();
    expect(await client.requestBytes(`http://node:s3cr%3Aet@127.0.0.1:${port}/files`, { name })).toMatchObject({
      status: 200,
    });
  });

  test('are asked for everywhere but at the open paths, also where there is nothing', async () => {
    await using server = testServer({ tokens: ['token'] });
    await using client = testClient();
    const { url } = await server.listen();
    for (const path of ['/livez', '/readyz', '/metrics'])
      expect(await client.requestBytes(url + path, { name })).toMatchObject({ status: 200 });
    for (const path of ['/nothing', '/%ZZ/../files']) {
      const { status, bytes } = await client.requestBytes(url + path, { name });
      expect([401, 400]).toContain(status);
      expect(Buffer.from(bytes).toString()).not.toContain('Not Found');
    }
  });

  test.each([[[]], [['']], [['good', ' ']]])('refuse to be set by halves: %j', (tokens) => {
    expect(() => testServer({ tokens })).toThrow(ServerOptionsInvalidError);
  });
});
