import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createHttpClient } from '@waybill/http-kit';
import { temporaryDirectory, waitFor } from '@waybill/test-kit';
import { expect, it } from 'vitest';
import { keepDownloadedKey } from '../../src/auth/downloaded-key.ts';

async function withKeySite(
  answer: (request: IncomingMessage, response: ServerResponse, count: number) => void,
  work: (url: string) => Promise<void>,
): Promise<void> {
  let count = 0;
  const server = createServer((request, response) => answer(request, response, ++count));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/key`);
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}

const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' });
const MODIFIED = 'Wed, 21 Oct 2026 07:28:00 GMT';

it('keeps the key of a Flamenco Server, and asks whether it has changed', async () => {
  await using directory = await temporaryDirectory();
  const asked: (string | undefined)[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse, count: number): void => {
    asked.push(request.headers['if-modified-since']);
    response.statusCode = count === 1 ? 200 : 304;
    response.setHeader('last-modified', MODIFIED);
    response.end(count === 1 ? pem : undefined);
  };
  await withKeySite(answer, async (url) => {
    const client = createHttpClient({ userAgent: 'test' });
    const controller = new AbortController();
    const keeping = keepDownloadedKey({
      url,
      directory: directory.path,
      client,
      signal: controller.signal,
      refreshMs: 10,
    });
    await waitFor(() => asked.length >= 3);
    controller.abort();
    await keeping;
    await client.close();
  });
  expect(asked.slice(0, 3)).toEqual([undefined, MODIFIED, MODIFIED]);
  expect(readFileSync(join(directory.path, 'downloaded-public.pem'), 'utf8')).toBe(pem);
});

it('does not take for a key what is none', async () => {
  await using directory = await temporaryDirectory();
  const errors: unknown[] = [];
  await withKeySite(
    (_request, response) => response.end('<html>'),
    async (url) => {
      const client = createHttpClient({ userAgent: 'test' });
      const controller = new AbortController();
      const init = { url, directory: directory.path, client, signal: controller.signal, refreshMs: 10 };
      const keeping = keepDownloadedKey({ ...init, onError: (error) => errors.push(error) });
      await waitFor(() => errors.length > 0);
      controller.abort();
      await keeping;
      await client.close();
    },
  );
  expect(errors[0]).toMatchObject({ code: 'ERR_JWT_KEY_INVALID' });
  expect(existsSync(join(directory.path, 'downloaded-public.pem'))).toBe(false);
});
