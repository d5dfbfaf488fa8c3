import { mkdirSync, writeFileSync } from 'node:fs';
import { createLogger, createMetrics } from '@waybill/http-kit';
import { temporaryDirectory } from '@waybill/test-kit';
import { expect, it } from 'vitest';
import type { ServerConfig } from '../../src/server/server-config.ts';
import { startServer } from '../../src/server/start-server.ts';
import { serverConfig, testContext } from '../support/test-server.ts';

/** Starts a server, which is expected not to come up. */
async function failureOf(storage: string, changes: Partial<ServerConfig>): Promise<unknown> {
  try {
    await using server = await startServer(serverConfig(storage, changes), testContext());
    return server.url;
  } catch (error) {
    return error;
  }
}

it('a port that another program has is named, with what to do, and the storage is given back', async () => {
  await using directory = await temporaryDirectory();
  await using first = await startServer(serverConfig(`${directory.path}/first`), testContext());
  const port = Number(new URL(first.url).port);
  expect(await failureOf(`${directory.path}/second`, { port })).toMatchObject({
    code: 'ERR_LISTEN_FAILED',
    port,
    message: expect.stringMatching(new RegExp(`127.0.0.1, port ${port}: .*--port`)) as string,
  });
  await using _again = await startServer(serverConfig(`${directory.path}/second`), testContext());
});

it.each(['storage', 'fileStore', 'checkouts'] as const)('a %s where a file is in the way is named', async (option) => {
  await using directory = await temporaryDirectory();
  mkdirSync(`${directory.path}/storage`);
  writeFileSync(`${directory.path}/file`, '');
  const path = `${directory.path}/file`;
  const storage = option === 'storage' ? path : `${directory.path}/storage`;
  expect(await failureOf(storage, option === 'storage' ? {} : { [option]: path })).toMatchObject({
    code: 'ERR_STORAGE_UNUSABLE',
    message: expect.stringContaining(path) as string,
  });
});

it('a certificate that is none is named, and no matter of the storage', async () => {
  await using directory = await temporaryDirectory();
  const tlsCert = `${directory.path}/cert.pem`;
  for (const make of [() => undefined, () => writeFileSync(tlsCert, 'no certificate')]) {
    make();
    expect(await failureOf(directory.path, { tlsCert, tlsKey: tlsCert })).toMatchObject({
      code: 'ERR_USAGE_INVALID',
      message: expect.stringContaining(tlsCert) as string,
    });
  }
});

it('a disk without the room that is to stay free is told of at the start, not by the first upload', async () => {
  await using directory = await temporaryDirectory();
  const lines: string[] = [];
  const logger = createLogger({ name: 'test', stream: { write: (line: string) => void lines.push(line) } });
  const registry = createMetrics('test', { defaultMetrics: false });
  const start = (minFreeBytes: number) =>
    startServer(serverConfig(directory.path, { minFreeBytes }), { registry, logger });
  {
    await using _server = await start(0);
  }
  expect(lines.join('')).not.toContain('no room');
  registry.clear();
  await using _server = await start(Number.MAX_SAFE_INTEGER);
  expect(lines.join('')).toContain('uploads are refused');
});
