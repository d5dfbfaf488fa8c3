import { setTimeout as sleep } from 'node:timers/promises';
import fastify from 'fastify';
import { expect, it, vi } from 'vitest';
import { addUpkeepRoutes } from '../../src/routes/waybill/upkeep-routes.ts';
import { keepBodiesRaw } from '../../src/routes/raw-bodies.ts';
import { createTestServer } from '../support/test-server.ts';

it('a run that fails with nobody left to read it ends no process', async () => {
  await using server = await createTestServer();
  const collect = vi.fn(() => Promise.reject(new Error('the disk is gone')));
  const app = fastify();
  app.setValidatorCompiler(() => (value: unknown) => ({ value }));
  keepBodiesRaw(app);
  // As when the connection is gone: the stream is dropped before its first byte is asked for.
  app.addHook('onSend', (_request, _reply, payload, done) => {
    (payload as { destroy(): void }).destroy();
    done(null, '');
  });
  addUpkeepRoutes(app, { ...server.services, collector: { running: false, collect } });
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  await app.inject({ method: 'POST', url: '/gc' });
  await sleep(10);
  process.off('unhandledRejection', unhandled);
  expect(collect).toHaveBeenCalledOnce();
  expect(unhandled).not.toHaveBeenCalled();
});
