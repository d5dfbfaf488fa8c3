import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createHttpClient } from '@waybill/http-kit';
import { temporaryDirectory } from '@waybill/test-kit';
import { createRemoteJWKSet, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { createKeyFiles, parsePublicKey, readPrivateKey } from '../../src/auth/es256-keys.ts';
import { issueToken } from '../../src/auth/issue-token.ts';
import { createKeySetVerifier, createKeyVerifier } from '../../src/auth/jwt-verifier.ts';
import { createKeyFolder } from '../../src/auth/key-folder.ts';
import { createOidcKeySet } from '../../src/auth/oidc-key-set.ts';

const ec = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const HOUR_MS = 3_600_000;

describe('a token', () => {
  const ours = ec();
  const others = ec();
  const verify = createKeyVerifier(() => Promise.resolve([others.publicKey, ours.publicKey]));

  it('is accepted when one of the trusted keys has signed it', async () => {
    const token = await issueToken({ key: ours.privateKey, userId: 'artist' });
    expect(await verify(token)).toEqual({ accepted: true, identity: { userId: 'artist', kind: 'jwt' } });
  });

  it('is expired when it was right once', async () => {
    const token = await issueToken({ key: ours.privateKey, userId: 'artist', nowMs: Date.now() - 25 * HOUR_MS });
    expect(await verify(token)).toEqual({ accepted: false, refusal: 'expired' });
  });

  it('is invalid, and not expired, when a stranger has signed it', async () => {
    const stranger = ec().privateKey;
    for (const nowMs of [Date.now(), Date.now() - 25 * HOUR_MS])
      expect(await verify(await issueToken({ key: stranger, userId: 'artist', nowMs }))).toEqual({
        accepted: false,
        refusal: 'invalid',
      });
  });

  it('is invalid when its algorithm is not the one of the keys', async () => {
    const pem = ours.publicKey.export({ type: 'spki', format: 'pem' });
    const byPublicKey = await new SignJWT({ sub: 'x' })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1h')
      .sign(Buffer.from(pem));
    for (const token of [byPublicKey, new UnsecuredJWT({ sub: 'x' }).encode(), 'nonsense', '', 'a.b.c'])
      expect(await verify(token)).toEqual({ accepted: false, refusal: 'invalid' });
  });

  it('is invalid when one of its characters was changed', async () => {
    const token = await issueToken({ key: ours.privateKey, userId: 'artist' });
    const dot = token.indexOf('.');
    const changed = `${token.slice(0, dot + 5)}${token[dot + 5] === 'A' ? 'B' : 'A'}${token.slice(dot + 6)}`;
    expect((await verify(changed)).accepted).toBe(false);
  });
});

describe('a folder of keys', () => {
  it('is read again when it is old, and one bad file does not spoil the others', async () => {
    await using directory = await temporaryDirectory();
    await createKeyFiles(directory.path);
    writeFileSync(join(directory.path, 'broken-public.pem'), 'nonsense');
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' });
    writeFileSync(join(directory.path, 'rsa-public.pem'), rsa);
    const errors: unknown[] = [];
    let nowMs = 0;
    const folder = createKeyFolder({
      directory: directory.path,
      onError: (error) => errors.push(error),
      now: () => nowMs,
    });
    expect(await folder.keys()).toHaveLength(1);
    expect(errors.map((error) => (error as { code: string }).code)).toEqual([
      'ERR_JWT_KEY_INVALID',
      'ERR_JWT_KEY_INVALID',
    ]);
    writeFileSync(join(directory.path, 'second-public.2.pem'), ec().publicKey.export({ type: 'spki', format: 'pem' }));
    expect(await folder.keys()).toHaveLength(1);
    nowMs = 10_001;
    expect(await folder.keys()).toHaveLength(2);
  });

  it('without a private key signs nothing, and one that is there is not replaced', async () => {
    await using directory = await temporaryDirectory();
    expect(await readPrivateKey(directory.path)).toBeUndefined();
    await createKeyFiles(directory.path);
    await expect(createKeyFiles(directory.path)).rejects.toMatchObject({ code: 'ERR_FILE_EXISTS' });
  });

  it('that is not there has no keys', async () => {
    expect(await createKeyFolder({ directory: '/nowhere' }).keys()).toEqual([]);
  });

  it('takes a key as OpenSSL writes it', () => {
    const { privateKey } = ec();
    const sec1 = privateKey.export({ type: 'sec1', format: 'pem' });
    expect(parsePublicKey(sec1, 'test').asymmetricKeyType).toBe('ec');
  });
});

describe('an issuer', () => {
  async function issuer(discovery: (url: string) => object, keys: object) {
    const server = createServer((request, response) => {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(request.url === '/keys' ? keys : discovery(url)));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = createHttpClient({ userAgent: 'test' });
    const close = async (): Promise<void> => {
      await client.close();
      await new Promise((closed) => server.close(closed));
    };
    return { url, client, [Symbol.asyncDispose]: close };
  }

  async function keyPair() {
    const { publicKey, privateKey } = await generateKeyPair('RS256');
    return { privateKey, keys: { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' }] } };
  }

  const sign = (key: CryptoKey, { iss, aud }: { iss: string; aud: string }) =>
    new SignJWT({})
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setSubject('artist')
      .setIssuer(iss)
      .setAudience(aud)
      .setExpirationTime('1h')
      .sign(key);

  it('is found by its discovery document, and its tokens hold for us alone', async () => {
    const { privateKey, keys } = await keyPair();
    await using site = await issuer((url) => ({ issuer: url, jwks_uri: `${url}/keys` }), keys);
    const verify = createKeySetVerifier({
      issuer: site.url,
      audience: 'shaman',
      getKey: createOidcKeySet(site.url, site.client),
    });
    expect((await verify(await sign(privateKey, { iss: site.url, aud: 'shaman' }))).accepted).toBe(true);
    expect((await verify(await sign(privateKey, { iss: site.url, aud: 'mail' }))).accepted).toBe(false);
    expect((await verify(await sign(privateKey, { iss: 'http://other', aud: 'shaman' }))).accepted).toBe(false);
  });

  it('that poses as another one is not believed', async () => {
    const { privateKey, keys } = await keyPair();
    await using site = await issuer((url) => ({ issuer: 'http://other', jwks_uri: `${url}/keys` }), keys);
    const errors: unknown[] = [];
    const verify = createKeySetVerifier({
      issuer: site.url,
      audience: 'shaman',
      getKey: createOidcKeySet(site.url, site.client),
      onError: (error) => errors.push(error),
    });
    expect((await verify(await sign(privateKey, { iss: site.url, aud: 'shaman' }))).accepted).toBe(false);
    expect(errors).toMatchObject([{ code: 'ERR_OIDC_DISCOVERY_INVALID' }]);
  });

  it('may be a key set by itself', async () => {
    const { privateKey, keys } = await keyPair();
    await using site = await issuer(() => ({}), keys);
    const verify = createKeySetVerifier({ getKey: createRemoteJWKSet(new URL(`${site.url}/keys`)) });
    expect((await verify(await sign(privateKey, { iss: 'any', aud: 'any' }))).accepted).toBe(true);
    expect(
      (await verify(await sign((await generateKeyPair('RS256')).privateKey, { iss: 'any', aud: 'any' }))).accepted,
    ).toBe(false);
  });
});
