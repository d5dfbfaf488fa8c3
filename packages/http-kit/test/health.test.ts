import { expect, test } from 'vitest';
import { testClient } from './support/test-client.ts';
import { testServer } from './support/test-server.ts';

const name = 'test';

async function ask(url: string): Promise<{ status: number; body: unknown }> {
  await using client = testClient();
  const { status, bytes } = await client.requestBytes(url, { name });
  return { status, body: JSON.parse(Buffer.from(bytes).toString()) as unknown };
}

test('/livez says that the process answers, and who it is', async () => {
  await using server = testServer({ checks: { disk: () => Promise.reject(new Error('full')) } });
  const { url } = await server.listen();
  expect(await ask(`${url}/livez`)).toEqual({ status: 200, body: { status: 'ok', name: 'test', version: '1.2.3' } });
});

test('/readyz passes when every check passes', async () => {
  await using server = testServer({ checks: { disk: () => undefined, database: () => Promise.resolve() } });
  const { url } = await server.listen();
  expect(await ask(`${url}/readyz`)).toEqual({
    status: 200,
    body: { status: 'ok', checks: { disk: 'ok', database: 'ok' } },
  });
});

test('/readyz names the check that failed, and logs why instead of showing it', async () => {
  await using server = testServer({ checks: { disk: () => undefined } });
  server.checks.set('database', () => Promise.reject(new Error('password wrong')));
  const { url } = await server.listen();
  expect(await ask(`${url}/readyz`)).toEqual({
    status: 503,
    body: { status: 'not ready', checks: { disk: 'ok', database: 'failed' } },
  });
  expect(server.lines).toContainEqual(
    expect.objectContaining({ level: 'warn', msg: 'Readiness check database failed' }),
  );
});

test('/readyz gives up on a check that does not answer, and aborts it', async () => {
  await using server = testServer({ checkTimeoutMs: 50 });
  let aborted = false;
  server.checks.set('slow', (signal) => {
    signal.addEventListener('abort', () => (aborted = true));
    return new Promise(() => undefined);
  });
  const { url } = await server.listen();
  expect(await ask(`${url}/readyz`)).toMatchObject({ status: 503, body: { checks: { slow: 'failed' } } });
  expect(aborted).toBe(true);
});
