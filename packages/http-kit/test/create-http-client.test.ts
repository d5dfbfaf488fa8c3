import { randomBytes } from 'node:crypto';
import { waitFor } from '@waybill/test-kit';
import { describe, expect, test } from 'vitest';
import {
  HttpClientClosedError,
  NodeUnreachableError,
  ResponseInvalidError,
  ResponseStatusError,
  ResponseTimeoutError,
  ResponseTooLargeError,
  ResponseTruncatedError,
} from '../src/index.ts';
import { rawServer, response } from './support/raw-server.ts';
import { testClient } from './support/test-client.ts';

const name = 'test';

/** Both ways to get a body, for behaviour that they share. */
const WAYS = [
  [
    'requestBytes',
    (client: ReturnType<typeof testClient>, url: string, options = {}) =>
      client.requestBytes(url, { name, ...options }),
  ],
  [
    'request',
    async (client: ReturnType<typeof testClient>, url: string, options = {}) => {
      const { status, headers, ...rest } = await client.request(url, { name, ...options }).then(async (answer) => {
        return { status: answer.status, headers: answer.headers, bytes: await answer.bytes() };
      });
      return { status, headers, ...rest, sizeBytes: rest.bytes.byteLength };
    },
  ],
] as const;

describe.concurrent.each(WAYS)('%s', (_way, get) => {
  test('returns status, headers and the exact bytes', async () => {
    const content = randomBytes(10_000);
    await using server = await rawServer((socket) => socket.write(response(content, ['X-Thing: yes'])));
    await using client = testClient();
    const answer = await get(client, `${server.url}/a/45:51.6-2.0-full-x.ts?q=1`);
    expect(answer.status).toBe(200);
    expect(answer.headers['x-thing']).toBe('yes');
    expect(Buffer.from(answer.bytes)).toEqual(content);
    expect(answer.sizeBytes).toBe(10_000);
    expect(server.requests[0]).toMatch(/^GET \/a\/45:51\.6-2\.0-full-x\.ts\?q=1 HTTP\/1\.1\r\n/);
    expect(server.requests[0]).toMatch(/user-agent: waybill-test\/1/i);
  });

  test('returns an empty body', async () => {
    await using server = await rawServer((socket) => socket.write(response('')));
    await using client = testClient();
    expect((await get(client, server.url)).bytes).toHaveLength(0);
  });

  test('joins a body that comes in many pieces, with and without an announced length', async () => {
    const content = randomBytes(300_000);
    await using server = await rawServer((socket, request) => {
      const isChunked = request.includes('/chunked');
      socket.write(`HTTP/1.1 200 OK\r\n${isChunked ? 'Transfer-Encoding: chunked' : 'Content-Length: 300000'}\r\n\r\n`);
      for (let at = 0; at < content.byteLength; at += 50_000) {
        const piece = content.subarray(at, at + 50_000);
        socket.write(isChunked ? Buffer.concat([Buffer.from('c350\r\n'), piece, Buffer.from('\r\n')]) : piece);
      }
      if (isChunked) socket.write('0\r\n\r\n');
    });
    await using client = testClient();
    for (const path of ['/chunked', '/length']) {
      expect(Buffer.from((await get(client, server.url + path)).bytes).equals(content)).toBe(true);
    }
  });

  test('hands on any status when none is expected', async () => {
    await using server = await rawServer((socket) => socket.write(response('gone', [], '404 Not Found')));
    await using client = testClient();
    const answer = await get(client, server.url);
    expect([answer.status, Buffer.from(answer.bytes).toString()]).toEqual([404, 'gone']);
  });

  test('refuses an unexpected status, keeps the connection, and decides on retrying by the status', async () => {
    await using server = await rawServer((socket, request) => {
      const status = /\/(\d+)/.exec(request)?.[1] ?? '200';
      socket.write(response('x'.repeat(100), ['Retry-After: 7'], `${status} Status`));
    });
    await using client = testClient();
    for (const [status, retryable] of [
      [404, false],
      [403, false],
      [429, true],
      [408, true],
      [500, true],
      [503, true],
    ] as const) {
      const refused = get(client, `${server.url}/${status}`, { expectedStatus: [200, 206] });
      await expect(refused).rejects.toThrow(ResponseStatusError);
      await expect(refused).rejects.toMatchObject({ status, expected: [200, 206], retryable, retryAfterMs: 7000 });
    }
    expect(server.opened()).toBe(1);
  });

  test('gives up an unexpected answer with an endless body', async () => {
    await using server = await rawServer((socket) => {
      socket.write('HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n');
      const piece = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
      for (let count = 0; count < 8; count++) socket.write(piece);
    });
    await using client = testClient();
    await expect(get(client, server.url, { expectedStatus: [200] })).rejects.toThrow(ResponseStatusError);
    await waitFor(() => server.open() === 0);
  });

  test.each([
    ['Content-Length', 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n', 1000],
    [
      'Content-Length and a closing server',
      'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n',
      1000,
    ],
    ['chunked', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n', undefined],
  ])('tells a truncated body (%s) from a whole one', async (_title, head, expectedBytes) => {
    await using server = await rawServer((socket) => {
      socket.write(head);
      socket.end('x'.repeat(400));
    });
    await using client = testClient();
    const truncated = get(client, server.url);
    await expect(truncated).rejects.toThrow(ResponseTruncatedError);
    await expect(truncated).rejects.toMatchObject({ expectedBytes, receivedBytes: 400, retryable: true });
  });

  test('tells a body that a reset broke off', async () => {
    await using server = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc', () =>
        setTimeout(() => socket.resetAndDestroy(), 20),
      );
    });
    await using client = testClient();
    await expect(get(client, server.url)).rejects.toThrow(ResponseTruncatedError);
  });

  test('refuses a body whose announced length is above the limit before it comes', async () => {
    await using server = await rawServer((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n'));
    await using client = testClient();
    const refused = get(client, server.url, { maxBytes: 1000 });
    await expect(refused).rejects.toThrow(ResponseTooLargeError);
    await expect(refused).rejects.toMatchObject({ limitBytes: 1000, announcedBytes: 1001, retryable: false });
    await waitFor(() => server.open() === 0);
  });

  test('accepts a body of exactly the limit and refuses one byte more, without an announced length', async () => {
    await using server = await rawServer((socket, request) => {
      const size = Number(/\/(\d+)/.exec(request)?.[1]);
      socket.write(
        `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${size.toString(16)}\r\n${'x'.repeat(size)}\r\n0\r\n\r\n`,
      );
    });
    await using client = testClient();
    expect((await get(client, `${server.url}/1000`, { maxBytes: 1000 })).sizeBytes).toBe(1000);
    await expect(get(client, `${server.url}/1001`, { maxBytes: 1000 })).rejects.toThrow(ResponseTooLargeError);
  });

  test('gives up when nothing comes after the request', async () => {
    await using server = await rawServer(() => undefined);
    await using client = testClient({ headersTimeoutMs: 60 });
    const late = get(client, server.url);
    await expect(late).rejects.toThrow(ResponseTimeoutError);
    await expect(late).rejects.toMatchObject({ phase: 'headers', timeoutMs: 60, retryable: true });
  });

  test('gives up when the body stops coming', async () => {
    await using server = await rawServer((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc'));
    await using client = testClient({ idleTimeoutMs: 60, headersTimeoutMs: 30_000 });
    await expect(get(client, server.url)).rejects.toMatchObject({ phase: 'idle', timeoutMs: 60 });
  });

  test('gives up on a body that dribbles for ever', async () => {
    await using server = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n');
      const timer = setInterval(() => socket.write('x'), 10);
      socket.on('close', () => clearInterval(timer));
    });
    await using client = testClient({ idleTimeoutMs: 30_000 });
    const dribbling = get(client, server.url, { totalTimeoutMs: 150 });
    await expect(dribbling).rejects.toMatchObject({ phase: 'total', timeoutMs: 150 });
    await waitFor(() => server.open() === 0);
  });

  test('reports a refused connection', async () => {
    const server = await rawServer(() => undefined);
    await server[Symbol.asyncDispose]();
    await using client = testClient();
    const refused = get(client, server.url);
    await expect(refused).rejects.toThrow(NodeUnreachableError);
    await expect(refused).rejects.toMatchObject({ retryable: true, cause: { code: 'ECONNREFUSED' } });
  });

  test('reports a connection that closes without an answer', async () => {
    await using server = await rawServer((socket) => socket.destroy());
    await using client = testClient();
    await expect(get(client, server.url)).rejects.toThrow(NodeUnreachableError);
  });

  test('reports an answer that is not HTTP, or whose head is endless', async () => {
    await using server = await rawServer((socket, request) => {
      socket.write(
        request.includes('/ssh') ? 'SSH-2.0-OpenSSH_9.2\r\n' : `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`,
      );
    });
    await using client = testClient();
    await expect(get(client, `${server.url}/ssh`)).rejects.toThrow(ResponseInvalidError);
    await expect(get(client, `${server.url}/endless`)).rejects.toThrow(ResponseInvalidError);
  });

  test('rejects with the reason of the signal, before and during the request, and closes the connection', async () => {
    await using server = await rawServer((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc'));
    await using client = testClient();
    const reason = new Error('changed my mind');
    await expect(get(client, server.url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(server.opened()).toBe(0);
    const controller = new AbortController();
    const aborted = get(client, server.url, { signal: controller.signal });
    await waitFor(() => server.requests.length === 1);
    controller.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    await waitFor(() => server.open() === 0);
  });

  test('uses one connection for requests that follow each other', async () => {
    await using server = await rawServer((socket) => socket.write(response('abc')));
    await using client = testClient();
    for (let count = 0; count < 20; count++) await get(client, server.url);
    expect([server.opened(), server.requests.length]).toEqual([1, 20]);
  });

  test('opens no more connections to an origin than allowed, and answers every request', async () => {
    let most = 0;
    await using server = await rawServer((socket) => {
      most = Math.max(most, server.open());
      setTimeout(() => socket.write(response('abc')), 5);
    });
    await using client = testClient({ maxConnectionsPerOrigin: 3 });
    const answers = await Promise.all(Array.from({ length: 30 }, () => get(client, server.url)));
    expect(answers).toHaveLength(30);
    expect(most).toBe(3);
  });

  test('drops a request that waits for a connection, without a connection being opened or broken', async () => {
    const waiting: (() => void)[] = [];
    await using server = await rawServer((socket) => waiting.push(() => socket.write(response('abc'))));
    await using client = testClient({ maxConnectionsPerOrigin: 1 });
    const first = get(client, server.url);
    await waitFor(() => waiting.length === 1);
    const controller = new AbortController();
    const dropped = Array.from({ length: 5 }, () => get(client, server.url, { signal: controller.signal }));
    controller.abort(new Error('not needed'));
    for (const each of dropped) await expect(each).rejects.toThrow('not needed');
    waiting[0]?.();
    await first;
    const last = get(client, server.url);
    await waitFor(() => waiting.length === 2);
    waiting[1]?.();
    await last;
    expect([server.opened(), server.requests.length]).toEqual([1, 2]);
  });

  test('fails what is under way and what waits when the client closes', async () => {
    await using server = await rawServer(() => undefined);
    const client = testClient({ maxConnectionsPerOrigin: 1 });
    const pending = [get(client, server.url), get(client, server.url)];
    await waitFor(() => server.requests.length === 1);
    await client.close();
    for (const each of pending) await expect(each).rejects.toThrow(HttpClientClosedError);
    await waitFor(() => server.open() === 0);
    await expect(get(client, server.url)).rejects.toThrow(HttpClientClosedError);
  });

  test('sends the user and password of a URL, and shows them in no error', async () => {
    await using server = await rawServer((socket, request) => {
      if (request.includes('/ok')) socket.write(response('abc'));
      else socket.destroy();
    });
    await using client = testClient();
    const withUser = server.url.replace('//', '//us%40r:p%3Ass@');
    await get(client, `${withUser}/ok`);
    expect(server.requests[0]).toContain(`authorization: Basic ${Buffer.from('us@r:p:ss').toString('base64')}`);
    const error: unknown = await get(client, `${withUser}/gone?token=hidden`).catch((reason: unknown) => reason);
    const shown = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String(error);
    expect(shown).toContain(`${server.url}/gone`);
    expect(shown).not.toMatch(/p%3Ass|p:ss|us%40r|hidden/);
  });

  test('leaves no listener at a signal that outlives the request', async () => {
    await using server = await rawServer((socket, request) => {
      socket.write(request.includes('/bad') ? 'nonsense\r\n\r\n' : response('abc'));
    });
    await using client = testClient();
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--;
      remove(...args);
    };
    await get(client, server.url, { signal, totalTimeoutMs: 60_000 });
    await expect(get(client, `${server.url}/bad`, { signal })).rejects.toThrow(ResponseInvalidError);
    expect(listeners).toBe(0);
  });
});

test('asks for compressed answers only where told to', async () => {
  await using server = await rawServer((socket) => socket.write(response('abc')));
  await using client = testClient();
  await client.requestBytes(server.url, { name });
  await client.requestBytes(server.url, { name, compressed: true });
  expect(server.requests[0]).toMatch(/accept-encoding: identity\b/i);
  expect(server.requests[1]).toMatch(/accept-encoding: gzip, deflate\b/i);
});

test('sends method, headers and body', async () => {
  await using server = await rawServer((socket) => socket.write(response('abc')));
  await using client = testClient();
  await client.requestBytes(server.url, {
    name,
    method: 'POST',
    headers: { 'X-Thing': 'yes' },
    body: Buffer.from('hello'),
  });
  expect(server.requests[0]).toMatch(/^POST \/ HTTP/);
  expect(server.requests[0]).toMatch(/X-Thing: yes\r\ncontent-length: 5$/);
});

test('gives up when no connection comes about', async () => {
  await using client = testClient({ connectTimeoutMs: 80 });
  // 192.0.2.0/24 is for documentation (RFC 5737): nobody answers there, or the network says so at once.
  const error: unknown = await client.requestBytes('http://192.0.2.1:9/', { name }).catch((reason: unknown) => reason);
  const isTimeout = error instanceof ResponseTimeoutError && error.phase === 'connect';
  expect(isTimeout || error instanceof NodeUnreachableError).toBe(true);
});

test('refuses what is no http URL, without showing it', async () => {
  await using client = testClient();
  for (const url of ['ftp://user:secret@host/', 'not a url secret']) {
    const refused = client.requestBytes(url, { name });
    await expect(refused).rejects.toMatchObject({ code: 'ERR_URL_INVALID' });
    await expect(refused).rejects.not.toThrow(/secret/);
  }
});
