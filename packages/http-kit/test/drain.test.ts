import { Readable } from 'node:stream';
import { waitFor } from '@waybill/test-kit';
import { expect, test } from 'vitest';
import { get, rawClient } from './support/raw-client.ts';
import { testClient } from './support/test-client.ts';
import { testServer } from './support/test-server.ts';

const name = 'test';

test('closes unused connections at once: kept alive, or never used', async () => {
  await using server = testServer();
  const { port } = await server.listen();
  using kept = await rawClient(port);
  using fresh = await rawClient(port);
  await kept.send(get('/livez'), 1);
  expect(await server.drain(60_000)).toEqual({ cutOff: 0 });
  await waitFor(() => kept.closed() && fresh.closed());
});

test('finishes what is under way, then closes its connection', async () => {
  await using server = testServer();
  const { promise, resolve } = Promise.withResolvers<string>();
  server.app.get('/slow', () => promise);
  const { port } = await server.listen();
  using client = await rawClient(port);
  client.socket.write(get('/slow'));
  await waitFor(async () =>
    (await server.metrics()).includes('http_request_concurrency_all{endpoint="/slow",method="GET"} 1'),
  );
  const drained = server.drain(60_000);
  expect(server.draining.aborted).toBe(true);
  resolve('done at last');
  expect(await drained).toEqual({ cutOff: 0 });
  await waitFor(client.closed);
  expect(client.text()).toMatch(/^HTTP\/1\.1 200 OK[^]*done at last$/);
});

test('closes the connection of a response whose head was sent before the drain', async () => {
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
  const drained = server.drain(60_000);
  resolve(undefined);
  expect(await answer.text()).toBe('ab');
  expect(await drained).toEqual({ cutOff: 0 });
});

test('accepts nothing new', async () => {
  await using server = testServer();
  await using client = testClient();
  const { url } = await server.listen();
  await server.drain();
  await expect(client.requestBytes(`${url}/livez`, { name })).rejects.toMatchObject({ code: 'ERR_NODE_UNREACHABLE' });
});

test('cuts off what does not end in time, and says how much', async () => {
  await using server = testServer();
  server.app.get('/stuck', () => new Promise(() => undefined));
  const { port } = await server.listen();
  const clients = [await rawClient(port), await rawClient(port)];
  for (const client of clients) client.socket.write(get('/stuck'));
  await waitFor(async () =>
    (await server.metrics()).includes('http_request_concurrency_all{endpoint="/stuck",method="GET"} 2'),
  );
  expect(await server.drain(50)).toEqual({ cutOff: 2 });
  await waitFor(() => clients.every((client) => client.closed()));
});

test('lets responses without an end know that they must end', async () => {
  await using server = testServer();
  await using client = testClient();
  server.app.get('/events', (_request, reply) => {
    const events = new Readable({ read: () => undefined });
    events.push('data: 1\n\n');
    server.draining.addEventListener('abort', () => events.push(null));
    return reply.send(events);
  });
  const { url } = await server.listen();
  const answer = await client.request(`${url}/events`, { name });
  expect(await server.drain(60_000)).toEqual({ cutOff: 0 });
  expect(await answer.text()).toBe('data: 1\n\n');
});

test('drains once, however often it is asked', async () => {
  await using server = testServer();
  await server.listen();
  const drained = [server.drain(60_000), server.drain(1), server.drain()];
  expect(await Promise.all(drained)).toEqual([{ cutOff: 0 }, { cutOff: 0 }, { cutOff: 0 }]);
});

test('drains a server that never listened', async () => {
  const server = testServer();
  expect(await server.drain()).toEqual({ cutOff: 0 });
});
