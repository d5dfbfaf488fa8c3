import { generateKeyPairSync } from 'node:crypto';
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { issueToken } from '../../src/auth/issue-token.ts';
import { createKeyVerifier } from '../../src/auth/jwt-verifier.ts';
import { createNetworks } from '../../src/auth/networks.ts';
import { createTestServer, testFile } from '../support/test-server.ts';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const auth = {
  tokens: ['static-token'],
  verifiers: [createKeyVerifier(() => Promise.resolve([publicKey]))],
  isAnonymousV3: createNetworks(['10.0.0.0/8']),
};
const V2 = `/files/${testFile('a', 'a').name}`;
const V3 = `/api/v3/shaman${V2}`;
const OWN = '/waybill/v1/stats';

const token = (hoursAgo = 0) =>
  issueToken({ key: privateKey, userId: 'Zoë', nowMs: Date.now() - hoursAgo * 3_600_000 });

describe('access', () => {
  it('needs a token, with an answer as each protocol has it', async () => {
    await using server = await createTestServer({ auth });
    const [v2, v3, own] = [
      await server.inject({ method: 'OPTIONS', url: V2 }),
      await server.inject(V3),
      await server.inject(OWN),
    ];
    expect([v2.statusCode, v3.statusCode, own.statusCode]).toEqual([401, 401, 401]);
    expect(v2.headers['content-type']).toMatch(/^text\/plain/);
    expect(v3.json()).toMatchObject({ code: 401 });
    expect(own.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(v2.headers['www-authenticate']).toBe('Bearer');
  });

  it.each(['Bearer static-token', 'bearer static-token', 'BEARER   static-token'])(
    'is given to %s',
    async (authorization) => {
      await using server = await createTestServer({ auth });
      for (const url of [V3, OWN, '/my-info'])
        expect((await server.inject({ url, headers: { authorization } })).statusCode).toBe(200);
    },
  );

  it('is given to a token of a user, in the header or in the cookie, and says whose it is', async () => {
    await using server = await createTestServer({ auth });
    const bearer = await server.inject({ url: '/my-info', headers: { authorization: `Bearer ${await token()}` } });
    expect([bearer.statusCode, bearer.headers['x-user-id-from-token']]).toEqual([200, 'Zo%C3%AB']);
    const cookie = await server.inject({
      url: '/my-info',
      headers: { cookie: `a=b; jwtToken=${await token()}`, authorization: 'Bearer wrong' },
    });
    expect([cookie.statusCode, cookie.body]).toEqual([200, 'You are Zoë\n']);
  });

  it('is refused to an expired token with 498 in v2, with 401 elsewhere', async () => {
    await using server = await createTestServer({ auth });
    const headers = { authorization: `Bearer ${await token(25)}` };
    expect((await server.inject({ url: '/my-info', headers })).statusCode).toBe(498);
    expect((await server.inject({ url: V3, headers })).statusCode).toBe(401);
    expect((await server.inject({ url: OWN, headers })).statusCode).toBe(401);
  });

  it('is refused to wrong tokens', async () => {
    await using server = await createTestServer({ auth });
    for (const authorization of [
      'Bearer static-toke',
      'Bearer static-token2',
      'Basic c3RhdGljLXRva2Vu',
      'static-token',
      'Bearer',
      `Bearer ${await token()}x`,
    ])
      expect((await server.inject({ url: OWN, headers: { authorization } })).statusCode).toBe(401);
  });

  it('is given without a token to named networks, for v3 alone', async () => {
    await using server = await createTestServer({ auth });
    const status = async (url: string, remoteAddress: string) =>
      (await server.inject({ url, remoteAddress })).statusCode;
    expect(await status(V3, '10.1.2.3')).toBe(200);
    expect(await status(V3, '11.1.2.3')).toBe(401);
    expect(await status('/my-info', '10.1.2.3')).toBe(401);
    expect(await status(OWN, '10.1.2.3')).toBe(401);
  });

  it('is not given because of a header that anybody can send', async () => {
    await using server = await createTestServer({ auth });
    const headers = { 'x-forwarded-for': '10.1.2.3', forwarded: 'for=10.1.2.3' };
    expect((await server.inject({ url: V3, remoteAddress: '11.1.2.3', headers })).statusCode).toBe(401);
  });

  it('to health, metrics and what this server can do is open', async () => {
    await using server = await createTestServer({ auth });
    for (const url of ['/livez', '/readyz', '/metrics', '/waybill/v1/capabilities', '/waybill/v1/openapi.json'])
      expect((await server.inject(url)).statusCode).toBe(200);
  });

  it('is refused to pages of other sites, also where everybody is let in', async () => {
    await using server = await createTestServer();
    const headers = { 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' };
    for (const url of ['/checkout/requirements', '/api/v3/shaman/checkout/requirements', '/waybill/v1/gc'])
      expect((await server.inject({ method: 'POST', url, headers, payload: '' })).statusCode).toBe(403);
  });
});

describe('a server that is open to its own machine', () => {
  const urls = [V2, V3, OWN];
  const statuses = async (host: string, local = true) => {
    await using server = await createTestServer({ auth: { open: true, local } });
    const answers = urls.map((url) =>
      server.inject({ method: url === V2 ? 'OPTIONS' : 'GET', url, headers: { host } }),
    );
    return (await Promise.all(answers)).map(({ statusCode }) => statusCode);
  };

  it.each(['attacker.example', 'attacker.example:8084', '127.0.0.1.attacker.example', '192.168.1.5:8084'])(
    'does not answer to %s, a name that was made to lead here',
    async (host) => {
      expect(await statuses(host)).toEqual([421, 421, 421]);
    },
  );

  it.each(['localhost', 'LOCALHOST:8084', '127.0.0.1:8084', '127.1.2.3', '[::1]:8084', 'shaman.localhost:80'])(
    'answers to %s',
    async (host) => {
      expect(await statuses(host)).not.toContain(421);
    },
  );

  it('answers to any name where it is open to others, or a proxy stands before it', async () => {
    expect(await statuses('shaman.studio.example', false)).not.toContain(421);
  });
});

describe('tokens from this server', () => {
  it('are given where that is wanted, and hold', async () => {
    await using server = await createTestServer({ auth, tokens: { signingKey: () => Promise.resolve(privateKey) } });
    const answer = await server.inject('/get-token');
    expect(answer.statusCode).toBe(200);
    const headers = { authorization: `Bearer ${answer.body}` };
    expect((await server.inject({ url: '/my-info', headers })).statusCode).toBe(200);
  });

  it('are not given where it is not said, nor without a key', async () => {
    await using silent = await createTestServer({ auth });
    expect((await silent.inject('/get-token')).statusCode).toBe(403);
    await using keyless = await createTestServer({ auth, tokens: { signingKey: () => Promise.resolve(undefined) } });
    expect((await keyless.inject('/get-token')).statusCode).toBe(500);
  });
});

describe('the URLs of a Flamenco Server', () => {
  const flamencoServer = { url: 'https://flamenco.example/sub/', managerId: 'manager-1', secret: 'shh' };

  it('carry a proof that holds for half a minute', async () => {
    const now = Date.UTC(2026, 10, 21, 6, 0, 0);
    await using server = await createTestServer({ auth, tokens: { flamencoServer, now: () => now } });
    const { tokenURL, loginURL } = (
      await server.inject({ url: '/jwt/token-urls', headers: { host: 'shaman.local:8084' } })
    ).json<{ tokenURL: string; loginURL: string }>();
    const url = new URL(tokenURL);
    expect(url.origin + url.pathname).toBe('https://flamenco.example/sub/api/flamenco/jwt/generate-token/manager-1');
    const expires = '2026-11-21T06:00:30Z';
    const hmac = createHmac('sha256', 'shh').update(`${expires}-manager-1`).digest('hex');
    expect(Object.fromEntries(url.searchParams)).toEqual({ expires, hmac });
    expect(loginURL).toBe('https://flamenco.example/sub/login?next=http%3A%2F%2Fshaman.local%3A8084%2F');
  });

  it('are not there without one, or where no token is needed', async () => {
    await using server = await createTestServer({ auth });
    expect((await server.inject('/jwt/token-urls')).statusCode).toBe(503);
    await using open = await createTestServer();
    expect((await open.inject('/jwt/token-urls')).statusCode).toBe(404);
  });
});
