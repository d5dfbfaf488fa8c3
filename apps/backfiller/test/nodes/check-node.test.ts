import { describe, expect, it } from 'vitest';
import { createHttpClient } from '@waybill/http-kit';
import { checkNode } from '../../src/nodes/check-node.ts';
import { clockSkewOf } from '../../src/nodes/clock-skew.ts';
import { createNodeEntry } from '../../src/nodes/node-entry.ts';
import { reply, startRawHttpServer } from '../support/raw-http-server.ts';
import type { RawReply } from '../support/raw-http-server.ts';

const NOW = Date.parse('2026-06-22T18:00:00.000Z');

const check = async (answer: RawReply | undefined) => {
  await using server = await startRawHttpServer((_request, socket) => {
    if (answer === undefined) socket.destroy();
    else reply(socket, answer);
  });
  const client = createHttpClient({ userAgent: 'waybill-test' });
  try {
    return await checkNode(createNodeEntry({ url: `${server.url}/prefix`, name: 'n' }), { client, now: () => NOW });
  } finally {
    await client.close();
  }
};

describe('the check of a node', () => {
  it('finds one of ours, its latency and its clock', async () => {
    const headers = { 'Waybill-Protocol': '1', Date: 'Mon, 22 Jun 2026 18:02:00 GMT' };
    const result = await check({ body: '["demo"]', headers });
    expect(result).toMatchObject({ name: 'n', reachable: true, protocol: 1, error: undefined });
    expect(result.latencyMs).toBeGreaterThan(0);
    expect(Math.abs((result.clock?.skewMs ?? 0) - 120_500)).toBeLessThanOrEqual(result.clock?.uncertaintyMs ?? 0);
  });

  it('finds a wubloader node', async () => {
    expect(await check({ body: '[]', headers: { 'Content-Type': 'text/html' } })).toMatchObject({
      reachable: true,
      protocol: null,
      clock: undefined,
    });
  });

  it.each([
    ['another program', { body: '<html>' }, 'ERR_REMOTE_REPLY_INVALID'],
    ['an error', { status: 502 }, 'ERR_RESPONSE_STATUS'],
    ['nothing', undefined, 'ERR_NODE_UNREACHABLE'],
  ])('says what is wrong where there is %s', async (_kind, answer, code) => {
    expect(await check(answer)).toMatchObject({
      reachable: false,
      protocol: undefined,
      latencyMs: undefined,
      error: { code },
    });
  });

  it('ends with its signal', async () => {
    await using server = await startRawHttpServer(() => undefined);
    const client = createHttpClient({ userAgent: 'waybill-test' });
    const controller = new AbortController();
    const checking = checkNode(createNodeEntry({ url: server.url }), { client, signal: controller.signal });
    controller.abort();
    await expect(checking).rejects.toMatchObject({ name: 'AbortError' });
    await client.close();
  });
});

describe('the clock of a node', () => {
  it('is right within the second that a Date header cuts off, and the way there and back', () => {
    const skew = clockSkewOf('Mon, 22 Jun 2026 18:00:00 GMT', NOW + 100, NOW + 300);
    expect(skew).toEqual({ skewMs: 300, uncertaintyMs: 600 });
  });

  it.each([undefined, 'yesterday', ['a', 'b']])('is unknown from %j', (date) => {
    expect(clockSkewOf(date, NOW, NOW)).toBeUndefined();
  });
});
