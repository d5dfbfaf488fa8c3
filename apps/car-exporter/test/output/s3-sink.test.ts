import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openS3Sink } from '../../src/output/s3-sink.ts';

/** Takes uploads, and never the end of a part: what a slow line looks like from here. */
const seen: string[] = [];
const server = createServer((request, response) => answer(request, response));
let endpoint = '';

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { method = '', url = '' } = request;
  seen.push(`${method} ${url.replace(/^[^?]*\??/, '')}`);
  if (method === 'PUT') return;
  if (method === 'HEAD') response.writeHead(404);
  else if (method === 'DELETE') response.writeHead(204);
  else response.write('<InitiateMultipartUploadResult><UploadId>upload-1</UploadId></InitiateMultipartUploadResult>');
  response.end();
}

beforeEach(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  seen.length = 0;
  await once(server.listen(0, '127.0.0.1'), 'listening');
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

const PIECE = Buffer.alloc(8 * 1024 * 1024);
const partsBegun = (): number => seen.filter((line) => line.startsWith('PUT')).length;

async function openBroken(signal: AbortSignal) {
  const sink = await openS3Sink(`s3://bucket/out.car?endpoint=${endpoint}`, { force: false, checksum: true, signal });
  for (let count = 0; count < 9; count += 1) await sink.write(PIECE);
  await vi.waitUntil(() => partsBegun() === 2, { timeout: 20_000 });
  return sink;
}

test('an abort ends a write that waits for the service, and removes the parts', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const sink = await openBroken(controller.signal);
  const writing = (async () => {
    for (;;) await sink.write(PIECE);
  })();
  await new Promise(setImmediate);
  controller.abort(reason);
  await expect(writing).rejects.toBe(reason);
  await sink[Symbol.asyncDispose]();
  expect(seen.filter((line) => line.startsWith('DELETE'))).toEqual([expect.stringContaining('uploadId=upload-1')]);
});

test('an abort ends the last part, too', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const sink = await openBroken(controller.signal);
  const finishing = sink.finish();
  await new Promise(setImmediate);
  controller.abort(reason);
  await expect(finishing).rejects.toBe(reason);
  await sink[Symbol.asyncDispose]();
  expect(seen.at(-1)).toContain('uploadId=upload-1');
  expect(partsBegun()).toBe(2);
});
