import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { waitFor } from '@waybill/test-kit';
import { describe, expect, test } from 'vitest';
import { CORS_HEADERS, createLogger, createMetrics, createServer } from '../src/index.ts';
import { get, rawClient } from './support/raw-client.ts';
import { testClient } from './support/test-client.ts';
import { testServer } from './support/test-server.ts';

const name = 'test';

test('listens on a free port of 127.0.0.1 unless told otherwise', async () => {
  await using server = testServer();
  const { url, port } = await server.listen();
  expect(url).toBe(`http://127.0.0.1:${port}`);
  expect(port).toBeGreaterThan(0);
});

describe('paths', () => {
  test.each([
    ['raw', '/segments/ch/source/2026-01-01T00/45:51.608000-2.0-full-a_b-c.ts'],
    ['percent-encoded', '/segments/ch/source/2026-01-01T00/45%3A51.608000-2.0-full-a_b-c.ts'],
  ])('come to a wildcard decoded once (%s colon)', async (_title, path) => {
    await using server = testServer();
    await using client = testClient();
    server.app.get('/segments/*', (request) => request.params as object);
    const { url } = await server.listen();
    const { bytes } = await client.requestBytes(url + path, { name });
    expect(JSON.parse(Buffer.from(bytes).toString())).toEqual({
      '*': 'ch/source/2026-01-01T00/45:51.608000-2.0-full-a_b-c.ts',
    });
  });

  test('keep an encoded percent sign, blanks and letters beyond ASCII', async () => {
    await using server = testServer();
    await using client = testClient();
    server.app.get('/files/:channel/*', (request) => request.params as object);
    const { url } = await server.listen();
    const { bytes } = await client.requestBytes(`${url}/files/a%253Ab%20c/%C3%A9%253A`, { name });
    expect(JSON.parse(Buffer.from(bytes).toString())).toEqual({ channel: 'a%3Ab c', '*': 'é%3A' });
  });

  test('may have components as long as names on disk can be', async () => {
    await using server = testServer();
    await using client = testClient();
    server.app.get('/files/:name', (request) => request.params as object);
    const { url } = await server.listen();
    const { status } = await client.requestBytes(`${url}/files/${'%3A'.repeat(255)}`, { name });
    expect(status).toBe(200);
  });

  test('that are malformed are answered with 400 as a problem', async () => {
    await using server = testServer({ cors: true });
    await using client = testClient();
    const { url } = await server.listen();
    const { status, headers, bytes } = await client.requestBytes(`${url}/%ZZ`, { name });
    expect(status).toBe(400);
    expect(headers).toMatchObject({
      'content-type': 'application/problem+json; charset=utf-8',
      'access-control-allow-origin': '*',
    });
    expect(JSON.parse(Buffer.from(bytes).toString())).toMatchObject({ title: 'Bad Request', status: 400 });
  });
});

describe('a response', () => {
  /** Counts what a connection hands to the system: one call is one packet where it fits. */
  function countWrites(socket: Socket): () => number {
    const handle = (socket as unknown as { _handle: Record<string, (...args: unknown[]) => unknown> })._handle;
    let count = 0;
    for (const method of ['writev', 'writeBuffer', 'writeUtf8String', 'writeLatin1String', 'writeAsciiString']) {
      const original = handle[method]?.bind(handle);
      handle[method] = (...args) => (count++, original?.(...args));
    }
    return () => count;
  }

  test.each([
    ['a buffer', 10_000, () => Buffer.alloc(10_000, 'x')],
    ['a large buffer', 1_000_000, () => Buffer.alloc(1_000_000, 'x')],
    ['a text', 10_000, () => 'x'.repeat(10_000)],
    ['a short stream', 10_000, () => Readable.from([Buffer.alloc(10_000, 'x')])],
  ])('of %s leaves as one write, its head included', async (_title, sizeBytes, content) => {
    await using server = testServer();
    server.app.get('/body', (_request, reply) => reply.header('content-length', sizeBytes).send(content()));
    let writes = (): number => 0;
    server.app.server.on('connection', (socket) => (writes = countWrites(socket)));
    const { port } = await server.listen();
    using client = await rawClient(port);
    for (let count = 1; count <= 5; count++) await client.send(get('/body'), count);
    expect(writes()).toBe(5);
    expect(client.text().length).toBeGreaterThan(5 * sizeBytes);
  });

  test('of a small body comes in one piece, on every request of a connection', async () => {
    await using server = testServer();
    server.app.get('/body', (_request, reply) => reply.send(Buffer.alloc(10_000, 'x')));
    const { port } = await server.listen();
    using client = await rawClient(port);
    for (let count = 1; count <= 20; count++) await client.send(get('/body'), count);
    expect(client.reads).toHaveLength(20);
    expect(client.closed()).toBe(false);
  });

  test('is never held back for more to come', async () => {
    await using server = testServer();
    await server.listen();
    expect((server.app.server as unknown as { noDelay: boolean }).noDelay).toBe(true);
  });
});

describe('CORS headers', () => {
  test('stand on every response, and OPTIONS is answered', async () => {
    await using server = testServer({ cors: true, tokens: ['let-me-in'] });
    await using client = testClient();
    server.app.get('/fails', () => {
      throw new Error('no');
    });
    const { url } = await server.listen();
    const expected = Object.fromEntries(Object.entries(CORS_HEADERS).map(([key, value]) => [key.toLowerCase(), value]));
    const headers = { authorization: 'Bearer let-me-in' };
    for (const [path, status] of [
      ['/livez', 200],
      ['/nothing', 404],
      ['/fails', 500],
    ] as const) {
      expect(await client.requestBytes(url + path, { name, headers })).toMatchObject({ status, headers: expected });
    }
    expect(await client.requestBytes(`${url}/fails`, { name })).toMatchObject({ status: 401, headers: expected });
    expect(await client.requestBytes(`${url}/fails`, { name, method: 'OPTIONS' })).toMatchObject({
      status: 204,
      headers: expected,
    });
  });

  test('are those of a restreamer', () => {
    expect(CORS_HEADERS).toEqual({
      'Access-Control-Allow-Credentials': 'false',
      'Access-Control-Allow-Headers': '*',
      'Access-Control-Allow-Methods': 'GET,POST,HEAD',
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Max-Age': '86400',
    });
  });

  test('are left out by default', async () => {
    await using server = testServer();
    await using client = testClient();
    const { url } = await server.listen();
    expect((await client.requestBytes(`${url}/livez`, { name })).headers).not.toHaveProperty(
      'access-control-allow-origin',
    );
  });
});

describe('limits', () => {
  test('refuse a head that is too large with 431', async () => {
    await using server = testServer({ maxHeaderBytes: 4096 });
    const { port } = await server.listen();
    using client = await rawClient(port);
    await client.send(get('/livez', [`X-Long: ${'x'.repeat(8000)}`]), 1);
    expect(client.text()).toMatch(/^HTTP\/1\.1 431 Request Header Fields Too Large\r\n/);
    await waitFor(client.closed);
  });

  test('end a connection that does not finish its head with 408', async () => {
    await using server = testServer({ headersTimeoutMs: 100 });
    const { port } = await server.listen();
    using client = await rawClient(port);
    await client.send('GET /livez HTTP/1.1\r\n', 1);
    expect(client.text()).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    await waitFor(client.closed);
  });

  test('end a connection that does not finish its body with 408', async () => {
    await using server = testServer({ headersTimeoutMs: 100, requestTimeoutMs: 200 });
    server.app.post('/body', () => 'ok');
    const { port } = await server.listen();
    using client = await rawClient(port);
    await client.send('POST /body HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nabc', 1);
    expect(client.text()).toMatch(/^HTTP\/1\.1 408 /);
    await waitFor(client.closed);
  });

  test('refuse a body that is too large with 413', async () => {
    await using server = testServer({ bodyLimitBytes: 10 });
    await using client = testClient();
    server.app.post('/body', () => 'ok');
    const { url } = await server.listen();
    const options = { name, method: 'POST', headers: { 'content-type': 'text/plain' } };
    expect(await client.requestBytes(`${url}/body`, { ...options, body: 'x'.repeat(10) })).toMatchObject({
      status: 200,
    });
    expect(await client.requestBytes(`${url}/body`, { ...options, body: 'x'.repeat(11) })).toMatchObject({
      status: 413,
    });
  });

  test('close a connection that is not used any more', async () => {
    await using server = testServer({ keepAliveTimeoutMs: 50 });
    const { port } = await server.listen();
    using client = await rawClient(port);
    await client.send(get('/livez'), 1);
    await waitFor(client.closed);
  });

  test('close a connection on which a response does not move', async () => {
    await using server = testServer({ stalledTimeoutMs: 100 });
    server.app.get('/stuck', () => new Promise(() => undefined));
    const { port } = await server.listen();
    using client = await rawClient(port);
    client.socket.write(get('/stuck'));
    await waitFor(client.closed);
    expect(client.text()).toBe('');
  });

  test('answer what is no HTTP with 400 as a problem', async () => {
    await using server = testServer();
    const { port } = await server.listen();
    using client = await rawClient(port);
    await client.send('SSH-2.0-OpenSSH_9.2\r\n\r\n', 1);
    expect(client.text()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json/);
    await waitFor(client.closed);
  });
});

describe('metrics', () => {
  test('count requests by route pattern, so that paths make no series', async () => {
    await using server = testServer();
    await using client = testClient();
    server.app.get('/files/:channel', () => []);
    const { url } = await server.listen();
    for (const path of ['/files/a', '/files/b', '/strange/1', '/strange/2'])
      await client.requestBytes(url + path, { name });
    const text = await server.metrics();
    expect(text).toContain('http_request_latency_all_count{endpoint="/files/:channel",method="GET",status="200"} 2');
    expect(text).toContain('http_request_latency_all_count{endpoint="not-found",method="GET",status="404"} 2');
    expect(text).toContain('http_request_concurrency_all{endpoint="/files/:channel",method="GET"} 0');
    expect(text).toMatch(/http_request_latency_all_bucket\{le="0.001",/);
    expect(text).toMatch(/http_request_latency_all_bucket\{le="600",/);
  });

  test('count a request as under way until its response is finished', async () => {
    await using server = testServer();
    await using client = testClient();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    server.app.get('/slow', (_request, reply) => {
      async function* body() {
        yield 'a';
        await promise;
        yield 'b';
      }
      return reply.send(Readable.from(body()));
    });
    const { url } = await server.listen();
    const answer = await client.request(`${url}/slow`, { name });
    const concurrency = /^http_request_concurrency_all\{endpoint="\/slow",method="GET"\} (\d)$/m;
    const latency = /^http_request_latency_all_count\{endpoint="\/slow",method="GET",status="200"\} 1$/m;
    expect(concurrency.exec(await server.metrics())?.[1]).toBe('1');
    expect(await server.metrics()).not.toMatch(latency);
    resolve(undefined);
    await answer.text();
    await waitFor(async () => latency.test(await server.metrics()));
    expect(concurrency.exec(await server.metrics())?.[1]).toBe('0');
  });

  test('are served with those of the program', async () => {
    const registry = createMetrics('backfiller', { version: '3.2.1' });
    const logger = createLogger({ name: 'test', level: 'silent' });
    const server = createServer({ name: 'backfiller', version: '3.2.1', logger, registry });
    await using client = testClient();
    const { url } = await server.listen();
    const { headers, bytes } = await client.requestBytes(`${url}/metrics`, { name });
    const text = Buffer.from(bytes).toString();
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toContain('waybill_info{name="backfiller",version="3.2.1"} 1');
    expect(text).toMatch(/^process_cpu_seconds_total /m);
    await server.drain();
  });
});
