import { existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificate, temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { createCli } from '../../src/cli.ts';
import { startServer } from '../../src/server/start-server.ts';
import { blobFile } from '../crash/support/check-storage.ts';
import { serverConfig, testContext, testFile } from '../support/test-server.ts';

interface Ran {
  code: number;
  /** The JSON line on standard output; undefined where there is none. */
  result: Record<string, unknown>;
  stderr: string;
}

async function run(...argv: string[]): Promise<Ran> {
  const text = { out: '', err: '' };
  const stdout = { write: (part: string) => ((text.out += part), true) };
  const stderr = { write: (part: string) => ((text.err += part), true) };
  const cli = createCli({ env: {}, stdout, stderr });
  const code = await cli.run(new AbortController().signal, [...argv, '--json']);
  return { code, result: JSON.parse(text.out === '' ? '{}' : text.out) as Record<string, unknown>, stderr: text.err };
}

const scene = testFile('scene.blend', 'BLENDER');
const garbage = testFile('old', 'garbage');

async function fill(storage: string): Promise<void> {
  await using server = await startServer(serverConfig(storage), testContext());
  for (const { name, content } of [scene, garbage])
    await fetch(`${server.url}/files/${name}`, { method: 'POST', body: new Uint8Array(content) });
  const files = [{ sha: scene.sha, size: scene.sizeBytes, path: 'scene.blend' }];
  const body = JSON.stringify({ files, checkoutPath: 'show/shot' });
  await fetch(`${server.url}/api/v3/shaman/checkout/create`, { method: 'POST', body });
  const long = Date.now() / 1000 - 40 * 86_400;
  for (const file of [scene, garbage]) utimesSync(blobFile(storage, file), long, long);
}

/** Without a server, and beside one that owns the storage. */
const situations = [
  ['without a server', () => Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve() })],
  ['beside a server', (storage: string) => startServer(serverConfig(storage, { tokens: ['secret'] }), testContext())],
] as const;

describe.each(situations)('%s', (_situation, start) => {
  it('gc says what would go, and then deletes it', async () => {
    await using directory = await temporaryDirectory();
    const storage = directory.path;
    await fill(storage);
    await using _server = await start(storage);
    const dry = await run('gc', '--storage', storage, '--dry-run');
    expect(dry).toMatchObject({ code: 0, result: { dryRun: true, deleted: { blobs: 1, sizeBytes: 7 } } });
    expect(existsSync(blobFile(storage, garbage))).toBe(true);
    const real = await run('gc', '--storage', storage);
    expect(real).toMatchObject({ code: 0, result: { deleted: { blobs: 1 }, kept: { linked: { blobs: 1 } } } });
    expect([scene, garbage].map((file) => existsSync(blobFile(storage, file)))).toEqual([true, false]);
  });

  it('scrub finds what is corrupt, and takes it out of use', async () => {
    await using directory = await temporaryDirectory();
    const storage = directory.path;
    await fill(storage);
    writeFileSync(blobFile(storage, scene), 'bLENDER');
    await using _server = await start(storage);
    const dry = await run('scrub', '--storage', storage, '--dry-run');
    expect(dry).toMatchObject({
      code: 3,
      result: { checkedBlobs: 2, findings: [{ key: { sha: scene.sha }, kind: 'corrupt' }] },
    });
    expect(existsSync(blobFile(storage, scene))).toBe(true);
    expect(await run('scrub', '--storage', storage)).toMatchObject({ code: 3 });
    expect(existsSync(blobFile(storage, scene))).toBe(false);
    expect(await run('scrub', '--storage', storage)).toMatchObject({ code: 0, result: { checkedBlobs: 1 } });
  });

  it('checkout lists, shows and erases', async () => {
    await using directory = await temporaryDirectory();
    const storage = directory.path;
    await fill(storage);
    await using _server = await start(storage);
    const at = ['--storage', storage];
    expect(await run('checkout', 'list', ...at)).toMatchObject({ code: 0, result: [{ path: 'show/shot', files: 1 }] });
    expect(await run('checkout', 'show', 'show/shot', ...at)).toMatchObject({
      code: 0,
      result: { entries: [{ sha: scene.sha }] },
    });
    expect((await run('checkout', 'erase', 'show/shot', '--dry-run', ...at)).code).toBe(0);
    expect(await run('checkout', 'erase', 'show/shot', ...at)).toMatchObject({
      code: 0,
      result: { erased: 'show/shot' },
    });
    expect((await run('checkout', 'erase', 'show/shot', ...at)).code).toBe(1);
    expect((await run('checkout', 'show', '../../etc', ...at)).code).toBe(1);
    expect(await run('checkout', 'list', ...at)).toMatchObject({ code: 0, result: [] });
  });

  it('stats say how much there is', async () => {
    await using directory = await temporaryDirectory();
    await fill(directory.path);
    await using server = await start(directory.path);
    if ('services' in server) await server.services.usage.count();
    const { code, result } = await run('stats', '--storage', directory.path);
    expect([code, result]).toMatchObject([0, { store: { blobs: 2, sizeBytes: 14 }, uploads: { inFlight: 0 } }]);
  });
});

describe('beside a server', () => {
  it('gc refuses an age at which files in flight would go, and says what to do', async () => {
    await using directory = await temporaryDirectory();
    const storage = directory.path;
    await fill(storage);
    await using _server = await startServer(serverConfig(storage), testContext());
    const { code, stderr } = await run('gc', '--storage', storage, '--gc-max-age', '10m');
    expect(code).toBe(2);
    expect(stderr).toContain('at least 1h');
    expect(existsSync(blobFile(storage, garbage))).toBe(true);
    expect((await run('gc', '--storage', storage, '--gc-max-age', '10m', '--dry-run')).code).toBe(0);
    expect((await run('gc', '--storage', storage, '--gc-max-age', '1h')).code).toBe(0);
    expect(existsSync(blobFile(storage, garbage))).toBe(false);
  });

  it('works by TLS as well, whatever name the certificate has, and speaks with nobody who has another one', async () => {
    await using directory = await temporaryDirectory();
    const storage = join(directory.path, 'storage');
    await fill(storage);
    const [tlsCert, tlsKey] = [join(directory.path, 'cert'), join(directory.path, 'key')];
    const authority = makeCertificate('an authority');
    const { cert, key } = makeCertificate('farm.example', authority);
    writeFileSync(tlsCert, cert);
    writeFileSync(tlsKey, key);
    const config = serverConfig(storage, { tlsCert, tlsKey, host: '0.0.0.0', tokens: ['secret'] });
    await using _server = await startServer(config, testContext());
    expect(await run('gc', '--storage', storage)).toMatchObject({ code: 0, result: { deleted: { blobs: 1 } } });
    expect(await run('scrub', '--storage', storage)).toMatchObject({ code: 0, result: { checkedBlobs: 1 } });
    expect(await run('checkout', 'list', '--storage', storage)).toMatchObject({ result: [{ path: 'show/shot' }] });
    const note = join(storage, '.waybill/server.json');
    const known = JSON.parse(readFileSync(note, 'utf8')) as object;
    for (const certificate of [makeCertificate('farm.example', authority).cert, authority.cert]) {
      writeFileSync(note, JSON.stringify({ ...known, certificate }));
      expect((await run('stats', '--storage', storage)).code).toBe(1);
    }
  });
});

describe('token', () => {
  it('makes keys once, and tokens that a server accepts', async () => {
    await using directory = await temporaryDirectory();
    const keys = join(directory.path, 'keys');
    expect((await run('token', 'create', '--jwt-keys', keys)).code).toBe(2);
    expect(await run('token', 'keys', '--jwt-keys', keys)).toMatchObject({ code: 0 });
    expect(statSync(join(keys, 'es256-private.pem')).mode & 0o777).toBe(0o600);
    const secret = readFileSync(join(keys, 'es256-private.pem'));
    expect((await run('token', 'keys', '--jwt-keys', keys)).code).toBe(1);
    expect(readFileSync(join(keys, 'es256-private.pem'))).toEqual(secret);
    const { token } = (await run('token', 'create', '--jwt-keys', keys, '--user', 'alice')).result;
    await using server = await startServer(
      serverConfig(join(directory.path, 'storage'), { jwtKeys: keys }),
      testContext(),
    );
    const answer = await fetch(`${server.url}/my-info`, { headers: { authorization: `Bearer ${String(token)}` } });
    expect([answer.status, await answer.text()]).toEqual([200, 'You are alice\n']);
    expect((await fetch(`${server.url}/my-info`)).status).toBe(401);
  });
});

describe('serve', () => {
  it('refuses to open the store to strangers, and says how to mean it', async () => {
    await using directory = await temporaryDirectory();
    const { code, stderr } = await run('serve', '--storage', directory.path, '--host', '0.0.0.0');
    expect(code).toBe(2);
    for (const option of ['--tokens', '--jwt-keys', '--anonymous-v3-from', '--insecure'])
      expect(stderr).toContain(option);
  });
});
