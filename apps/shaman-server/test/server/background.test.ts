import { createLogger, createMetrics } from '@waybill/http-kit';
import type { HttpClient } from '@waybill/http-kit';
import { temporaryDirectory } from '@waybill/test-kit';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CollectionRunningError } from '../../src/gc/gc-errors.ts';
import { runBackground } from '../../src/server/background.ts';
import type { Services } from '../../src/server/services.ts';
import { createTestServer, serverConfig } from '../support/test-server.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

it.for([
  [
    'tells what another server that collects is doing, and takes it for no failure',
    new CollectionRunningError(),
    'info',
  ],
  ['tells of a collection that failed', new Error('the disk is gone'), 'error'],
] as const)('%s', async ([, failure, level]) => {
  const lines: { level: string; msg: string }[] = [];
  const stream = { write: (line: string) => void lines.push(JSON.parse(line) as { level: string; msg: string }) };
  const registry = createMetrics('test', { defaultMetrics: false });
  await using directory = await temporaryDirectory();
  await using server = await createTestServer();
  const collector = { running: false, collect: () => Promise.reject(failure) };
  const services: Services = { ...server.services, collector };
  const controller = new AbortController();
  const context = { registry, logger: createLogger({ name: 'test', stream }) };
  const init = { config: serverConfig(directory.path), services, client: {} as HttpClient, context };
  const running = runBackground(init, controller.signal);
  await vi.advanceTimersByTimeAsync(31_000);
  controller.abort();
  await running;
  expect(lines.filter(({ msg }) => /collect/i.test(msg))).toMatchObject([{ level }]);
});
