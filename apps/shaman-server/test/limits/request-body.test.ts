import { createServer, type IncomingMessage, request } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { requestBody } from '../../src/limits/request-body.ts';

const content = Buffer.alloc(1_000_000, 'a body that comes in several chunks ');
const servers: Disposable[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server[Symbol.dispose]();
});

/** A request as a server gets it, with its body on the way. */
async function receive(): Promise<IncomingMessage> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const sent = request({ port, host: '127.0.0.1', method: 'POST' });
  sent.on('error', () => undefined).end(content);
  servers.push({
    [Symbol.dispose]: () => {
      sent.destroy();
      server.closeAllConnections();
      server.close();
    },
  });
  const [raw] = (await once(server, 'request')) as [IncomingMessage];
  return raw;
}

it('gives the memory of a chunk back when the next one is asked for, where the reader copies', async () => {
  const copies: Uint8Array[] = [];
  const chunks: Uint8Array[] = [];
  for await (const chunk of requestBody(await receive(), { idleTimeoutMs: 10_000, freesChunks: true })) {
    expect(chunk.byteLength).toBeGreaterThan(0);
    copies.push(Buffer.from(chunk));
    chunks.push(chunk);
  }
  expect(Buffer.concat(copies).equals(content)).toBe(true);
  expect(chunks.length).toBeGreaterThan(3);
  expect(chunks.filter(({ byteLength }) => byteLength === 0).length).toBeGreaterThan(chunks.length / 2);
});

it('leaves the chunks alone for everybody else', async () => {
  const chunks = await Array.fromAsync(requestBody(await receive(), { idleTimeoutMs: 10_000 }));
  expect(Buffer.concat(chunks).equals(content)).toBe(true);
});
