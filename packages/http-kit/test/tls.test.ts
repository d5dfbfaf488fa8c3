import { describe, expect, test } from 'vitest';
import { NodeUnreachableError, ServerOptionsInvalidError } from '../src/index.ts';
import { makeCertificate } from '@waybill/test-kit';
import { testClient } from './support/test-client.ts';
import { testServer } from './support/test-server.ts';

const authority = makeCertificate('test authority');
const node = makeCertificate('node', authority);
const friend = makeCertificate('friend', authority);
const stranger = makeCertificate('stranger', makeCertificate('another authority'));
const name = 'test';

describe('TLS', () => {
  test('serves clients that trust the authority, and only them', async () => {
    await using server = testServer({ tls: { key: node.key, cert: node.cert } });
    const { url } = await server.listen();
    expect(url).toMatch(/^https:/);
    await using trusting = testClient({ tls: { ca: authority.cert } });
    expect(await trusting.requestBytes(`${url}/livez`, { name })).toMatchObject({ status: 200 });
    await using doubting = testClient();
    await expect(doubting.requestBytes(`${url}/livez`, { name })).rejects.toThrow(NodeUnreachableError);
  });

  test('lets in clients with a certificate of the authority only, where it is required', async () => {
    const tls = { key: node.key, cert: node.cert, ca: authority.cert, requireClientCert: true };
    await using server = testServer({ tls });
    const { url } = await server.listen();
    await using known = testClient({ tls: { ca: authority.cert, cert: friend.cert, key: friend.key } });
    expect(await known.requestBytes(`${url}/livez`, { name })).toMatchObject({ status: 200 });
    for (const tlsOptions of [{}, { cert: stranger.cert, key: stranger.key }]) {
      await using unknown = testClient({ tls: { ca: authority.cert, ...tlsOptions } });
      await expect(unknown.requestBytes(`${url}/livez`, { name })).rejects.toThrow(NodeUnreachableError);
    }
  });

  test('refuses to require certificates without saying whose', () => {
    const tls = { key: node.key, cert: node.cert, requireClientCert: true };
    expect(() => testServer({ tls })).toThrow(ServerOptionsInvalidError);
  });

  test('drains at once when connections are unused', async () => {
    await using server = testServer({ tls: { key: node.key, cert: node.cert } });
    const { url } = await server.listen();
    await using client = testClient({ tls: { ca: authority.cert }, keepAliveTimeoutMs: 60_000 });
    await client.requestBytes(`${url}/livez`, { name });
    expect(await server.drain(60_000)).toEqual({ cutOff: 0 });
  });
});
