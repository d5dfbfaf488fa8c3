import { waitFor } from '@waybill/test-kit';
import { expect, test } from 'vitest';
import { ResponseInvalidError, ResponseTooLargeError, ResponseTruncatedError } from '../src/index.ts';
import { rawServer, response } from './support/raw-server.ts';
import { testClient } from './support/test-client.ts';

const name = 'test';

test.concurrent('resolves at the head, before the body', async () => {
  await using server = await rawServer((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc'));
  await using client = testClient();
  const answer = await client.request(server.url, { name });
  expect([answer.status, answer.sizeBytes]).toEqual([200, 6]);
  answer.discard();
  await waitFor(() => server.open() === 0);
});

test.concurrent('does not read more from the socket than the reader takes', async () => {
  const piece = Buffer.alloc(65_536);
  let sentBytes = 0;
  await using server = await rawServer((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n');
    const send = (): void => {
      while (sentBytes < 100_000_000 && !socket.destroyed) {
        sentBytes += piece.byteLength;
        if (!socket.write(piece)) return void socket.once('drain', send);
      }
    };
    send();
  });
  await using client = testClient({ idleTimeoutMs: 1000, headersTimeoutMs: 30_000 });
  const { body, discard } = await client.request(server.url, { name }).then((answer) => {
    return { body: answer.body, discard: () => answer.discard() };
  });
  let previousBytes = -1;
  await waitFor(
    () => {
      const isStill = sentBytes === previousBytes;
      previousBytes = sentBytes;
      return isStill;
    },
    { intervalMs: 600 },
  );
  // Socket buffers of both sides and ours; far from 100 MB. The idle timeout rests meanwhile.
  expect(sentBytes).toBeLessThan(20_000_000);
  let readBytes = 0;
  for await (const chunk of body) {
    readBytes += chunk.byteLength;
    if (readBytes > sentBytes - 1_000_000 && sentBytes > previousBytes) break;
  }
  expect(sentBytes).toBeGreaterThan(previousBytes);
  discard();
  await waitFor(() => server.open() === 0);
});

test.concurrent('closes the connection when the reader leaves early, and none when it read everything', async () => {
  await using server = await rawServer((socket) => {
    socket.write(Buffer.concat([response('x'.repeat(200_000))]));
  });
  await using client = testClient();
  for await (const chunk of (await client.request(server.url, { name })).body) {
    expect(chunk.byteLength).toBeGreaterThan(0);
    break;
  }
  await waitFor(() => server.open() === 0);
  const whole = await client.request(server.url, { name });
  expect(await whole.bytes()).toHaveLength(200_000);
  expect(server.open()).toBe(1);
});

test.concurrent('closes the connection when a pipeline ends before it began to read', async () => {
  await using server = await rawServer((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc'));
  await using client = testClient({ idleTimeoutMs: 0 });
  const { body } = await client.request(server.url, { name });
  await body[Symbol.asyncIterator]().return?.();
  await waitFor(() => server.open() === 0);
});

test.concurrent('keeps the connection when a body that has come in full is discarded', async () => {
  await using server = await rawServer((socket) => socket.write(response('not here', [], '404 Not Found')));
  await using client = testClient();
  for (let count = 0; count < 5; count++) (await client.request(server.url, { name })).discard();
  expect(server.opened()).toBe(1);
});

test.concurrent('hands on what came before it says that the rest is missing', async () => {
  await using server = await rawServer((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc');
    setTimeout(() => socket.end(), 20);
  });
  await using client = testClient();
  let text = '';
  const reading = (async () => {
    for await (const chunk of (await client.request(server.url, { name })).body) text += Buffer.from(chunk).toString();
  })();
  await expect(reading).rejects.toThrow(ResponseTruncatedError);
  expect(text).toBe('abc');
});

test.concurrent('aborts a body in the middle with the reason of the signal', async () => {
  await using server = await rawServer((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc'));
  await using client = testClient();
  const controller = new AbortController();
  const answer = await client.request(server.url, { name, signal: controller.signal });
  const reading = answer.bytes();
  controller.abort(new Error('enough'));
  await expect(reading).rejects.toThrow('enough');
  await waitFor(() => server.open() === 0);
});

test.concurrent('lets a body be read once', async () => {
  await using server = await rawServer((socket) => socket.write(response('abc')));
  await using client = testClient();
  const answer = await client.request(server.url, { name });
  expect(await answer.text()).toBe('abc');
  await expect(answer.text()).rejects.toThrow(TypeError);
});

test.concurrent('parses JSON, and does not quote what is none', async () => {
  await using server = await rawServer((socket, request) => {
    socket.write(
      response(request.includes('/good') ? '["a","b"]' : '<html>secret</html>', ['Content-Type: text/html']),
    );
  });
  await using client = testClient();
  expect(await (await client.request(`${server.url}/good`, { name })).json()).toEqual(['a', 'b']);
  const refused = (await client.request(`${server.url}/bad`, { name })).json();
  await expect(refused).rejects.toThrow(ResponseInvalidError);
  await expect(refused).rejects.not.toThrow(/secret/);
});

test.concurrent('bounds bytes, text and json by the limit of the call', async () => {
  await using server = await rawServer((socket) => socket.write(response('"abc"')));
  await using client = testClient();
  for (const method of ['bytes', 'text', 'json'] as const) {
    expect(await (await client.request(server.url, { name }))[method](5)).toBeTruthy();
    await expect((await client.request(server.url, { name }))[method](4)).rejects.toThrow(ResponseTooLargeError);
  }
});

test.concurrent('streams events without an idle timeout', async () => {
  await using server = await rawServer((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na\n\r\n');
    setTimeout(() => socket.write('2\r\nb\n\r\n0\r\n\r\n'), 1500);
  });
  await using client = testClient({ idleTimeoutMs: 50, headersTimeoutMs: 30_000 });
  expect(await (await client.request(server.url, { name, idleTimeoutMs: 0 })).text()).toBe('a\nb\n');
});
