import { createHttpClient, createLogger } from '@waybill/http-kit';
import { temporaryDirectory } from '@waybill/test-kit';
import { expect, it, vi } from 'vitest';
import { createKeyFiles } from '../../src/auth/es256-keys.ts';
import { openAuthenticator } from '../../src/server/open-authenticator.ts';
import type { ServerConfig } from '../../src/server/server-config.ts';
import { serverConfig } from '../support/test-server.ts';

it.each([
  ['nothing said', {}, true],
  ['--insecure', { insecure: true }, false],
  ['--trust-proxy', { trustProxy: ['127.0.0.1'] }, false],
  ['--tokens', { tokens: ['token'] }, false],
] satisfies [string, Partial<ServerConfig>, boolean][])(
  'with %s a server on loopback minds its name: %j',
  async (_, changes, isLocal) => {
    const client = createHttpClient({ userAgent: 'test' });
    const logger = createLogger({ name: 'test' });
    const config = serverConfig('/storage', changes);
    expect(openAuthenticator({ config, client, logger, ownTokens: [] }).isLocal).toBe(isLocal);
    await client.close();
  },
);

it('tells of a folder of keys that has none, and of no other', async () => {
  await using directory = await temporaryDirectory();
  const lines: string[] = [];
  const logger = createLogger({ name: 'test', stream: { write: (line: string) => void lines.push(line) } });
  const client = createHttpClient({ userAgent: 'test' });
  const open = (changes: Parameters<typeof serverConfig>[1]) =>
    openAuthenticator({ config: serverConfig('/storage', changes), client, logger, ownTokens: [] });
  const folder = `${directory.path}/keys`;
  open({ jwtKeys: folder });
  await vi.waitFor(() => expect(lines.join('')).toContain(folder));
  lines.length = 0;
  // It is about to be fetched.
  open({ jwtKeys: folder, jwtKeyUrl: 'http://127.0.0.1:1/key' });
  await createKeyFiles(folder);
  const token = await open({ jwtKeys: folder }).authenticate({ protocol: 'v2', token: 'x.y.z', address: '::1' });
  expect(token).toEqual({ accepted: false, refusal: 'invalid' });
  expect(lines).toEqual([]);
  await client.close();
});
