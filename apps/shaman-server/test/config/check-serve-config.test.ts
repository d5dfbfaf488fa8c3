import { describe, expect, it } from 'vitest';
import { checkServeConfig, checkStoreConfig, isOpen } from '../../src/config/check-serve-config.ts';
import { serverConfig } from '../support/test-server.ts';

const config = (changes: Parameters<typeof serverConfig>[1] = {}) => serverConfig('/storage', changes);

describe('the configuration of a server', () => {
  it.each([
    ['on loopback, without authentication', {}],
    ['without collections of its own, whatever their age', { gc: false, gcMaxAge: 0 }],
    ['on a network, with a token', { host: '0.0.0.0', tokens: ['secret'] }],
    ['on a network, with keys', { host: '::', jwtKeys: '/keys' }],
    ['on a network, for the add-ons of named networks', { host: '0.0.0.0', anonymousV3From: ['10.0.0.0/8'] }],
    ['on a network, for everybody, when that is said', { host: '0.0.0.0', insecure: true }],
  ])('may be %s', (_what, changes) => {
    expect(() => checkServeConfig(config(changes))).not.toThrow();
  });

  it.each([
    ['a network without authentication', { host: '0.0.0.0' }, '--insecure'],
    ['tokens that nobody needs', { insecure: true, tokens: ['secret'] }, '--insecure'],
    ['half a key pair', { tlsCert: '/cert' }, '--tls-key'],
    ['a key without a folder', { jwtKeyUrl: 'https://x/key' }, '--jwt-keys'],
    ['tokens without a folder of keys', { getToken: true }, '--jwt-keys'],
    ['an issuer whose tokens are for anybody', { oidcIssuer: 'https://x' }, '--jwt-audience'],
    ['an audience of nothing', { jwtAudience: 'x' }, '--oidc-issuer'],
    ['a collection that takes what has just come', { gcMaxAge: 60_000 }, 'at least 1h'],
    ['half a Flamenco Server', { flamencoServer: 'https://x' }, '--flamenco-secret'],
  ])('may not have %s', (_what, changes, named) => {
    expect(() => checkServeConfig(config(changes))).toThrow(named);
  });

  it('opens the server to everybody on loopback alone, or when that is said', () => {
    expect(isOpen(config())).toBe(true);
    expect(isOpen(config({ insecure: true, host: '0.0.0.0' }))).toBe(true);
    expect(isOpen(config({ tokens: ['secret'] }))).toBe(false);
    expect(isOpen(config({ anonymousV3From: ['10.0.0.0/8'] }))).toBe(false);
  });

  it('may not have options that do nothing', () => {
    expect(() => checkStoreConfig(config({ database: 'postgresql://x' }))).toThrow('--blob-store');
  });
});
