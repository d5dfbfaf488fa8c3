import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { writeBody } from '../src/body-writer.ts';

/** A server that lets bytes pile up before it reads any; `body` resolves with what came. */
async function startSlowServer(pauseMs: number) {
  const body = Promise.withResolvers<Buffer>();
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    const read = (): void => void request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      response.end();
      body.resolve(Buffer.concat(parts));
    });
    const timer = setTimeout(read, pauseMs);
    response.on('close', () => clearTimeout(timer));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    body: body.promise,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => void server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Chunks that all come in one buffer, each filled with its number. */
async function* chunksInOneBuffer(count: number, sizeBytes: number): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.alloc(sizeBytes);
  for (let chunk = 0; chunk < count; chunk += 1) yield await Promise.resolve(buffer.fill(chunk % 256));
}

test.each([
  { title: 'chunks that a socket takes at once', count: 300, sizeBytes: 100 },
  { title: 'chunks of several pieces', count: 40, sizeBytes: 300_000 },
])('a source can use one buffer for all that it gives: $title', async ({ count, sizeBytes }) => {
  await using server = await startSlowServer(100);
  const headers = { 'content-length': String(count * sizeBytes) };
  const request = httpRequest({ port: server.port, host: '127.0.0.1', method: 'POST', headers });
  const answered = new Promise((resolve) => request.on('response', (answer) => answer.resume().on('end', resolve)));
  let sentBytes = 0;
  const onSent = (bytes: number) => (sentBytes += bytes);
  expect(await writeBody(chunksInOneBuffer(count, sizeBytes), { request, ended: answered, onSent })).toBe(true);
  request.end();
  const expected = Buffer.concat(
    await Array.fromAsync(chunksInOneBuffer(count, sizeBytes), (chunk) => Buffer.from(chunk)),
  );
  expect((await server.body).equals(expected)).toBe(true);
  expect(sentBytes).toBe(expected.length);
  await answered;
});

test('nothing more is asked of the source when an answer has come', async () => {
  await using server = await startSlowServer(60_000);
  const request = httpRequest({ port: server.port, host: '127.0.0.1', method: 'POST' });
  request.on('error', () => undefined);
  const ended = sleep(50);
  let asked = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (; ; asked += 1) yield await Promise.resolve(Buffer.alloc(1024 * 1024));
  }
  expect(await writeBody(endless(), { request, ended, onSent: () => undefined })).toBe(false);
  const before = asked;
  await sleep(20);
  expect(asked).toBe(before);
  request.destroy();
});
