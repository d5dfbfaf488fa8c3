import { readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createTestServer, definitionV2, testFile } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';

const scene = testFile('scene.blend', 'BLENDER');
const texture = testFile('textures/wood.png', 'PNG'.repeat(1000));
const TEXT = { 'content-type': 'text/plain' };

const post = (server: TestServer, url: string, payload: string | Buffer, headers: Record<string, string> = {}) =>
  server.inject({ method: 'POST', url, payload, headers });
const upload = (server: TestServer, file: typeof scene, headers: Record<string, string> = {}) =>
  post(server, `/files/${file.name}`, file.content, headers);

describe('v2 requirements', () => {
  it('names each missing content once, under the first of its paths', async () => {
    await using server = await createTestServer();
    const twice = { ...scene, path: 'copy/of/scene.blend' };
    const answer = await post(server, '/checkout/requirements', definitionV2([scene, twice, texture]), TEXT);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^text\/plain/);
    expect(answer.body).toBe('file-unknown scene.blend\nfile-unknown textures/wood.png\n');
  });

  it('leaves out what is stored', async () => {
    await using server = await createTestServer();
    await upload(server, scene);
    const answer = await post(server, '/checkout/requirements', definitionV2([scene, texture]), TEXT);
    expect(answer.body).toBe('file-unknown textures/wood.png\n');
  });

  it('says which files somebody else is uploading', async () => {
    await using server = await createTestServer();
    await server.services.uploads.begin(scene.key);
    const answer = await post(server, '/checkout/requirements', definitionV2([scene]), TEXT);
    expect(answer.body).toBe('already-uploading scene.blend\n');
  });

  it('touches what is stored', async () => {
    await using server = await createTestServer();
    await upload(server, scene);
    const { sha, sizeBytes } = scene;
    utimesSync(`${server.path}/file-store/stored/${sha.slice(0, 2)}/${sha.slice(2)}/${sizeBytes}.blob`, 1, 1);
    const before = Date.now();
    await post(server, '/checkout/requirements', definitionV2([scene]), TEXT);
    for await (const { referencedAtMs } of server.storage.store.list())
      expect(referencedAtMs).toBeGreaterThan(before - 2);
  });

  it('takes gzip', async () => {
    await using server = await createTestServer();
    const body = gzipSync(definitionV2([scene]));
    const answer = await post(server, '/checkout/requirements', body, { ...TEXT, 'content-encoding': 'gzip' });
    expect(answer.body).toBe('file-unknown scene.blend\n');
  });

  it.each(['text/plain; charset=utf-8', 'application/json', 'application/octet-stream'])(
    'refuses the type %s',
    async (type) => {
      await using server = await createTestServer();
      const answer = await post(server, '/checkout/requirements', definitionV2([scene]), { 'content-type': type });
      expect(answer.statusCode).toBe(400);
    },
  );

  it('refuses another coding with 400', async () => {
    await using server = await createTestServer();
    const headers = { ...TEXT, 'content-encoding': 'br' };
    expect((await post(server, '/checkout/requirements', 'x', headers)).statusCode).toBe(400);
  });

  it('says which line is wrong', async () => {
    await using server = await createTestServer();
    const answer = await post(server, '/checkout/requirements', `${definitionV2([scene])}nonsense\n`, TEXT);
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toMatch(/^ERROR invalid line 2: /);
  });

  it('refuses a definition that is too long with 413', async () => {
    await using server = await createTestServer({ limits: { maxDefinitionBytes: 1000 } });
    const bomb = gzipSync(Buffer.alloc(1_000_000, 32));
    expect((await post(server, '/checkout/requirements', 'x'.repeat(1001), TEXT)).statusCode).toBe(413);
    const answer = await post(server, '/checkout/requirements', bomb, { ...TEXT, 'content-encoding': 'gzip' });
    expect(answer.statusCode).toBe(413);
  });
});

describe('v2 checkouts', () => {
  it('makes one and answers its relative path', async () => {
    await using server = await createTestServer();
    await upload(server, scene);
    await upload(server, texture);
    const answer = await post(server, '/checkout/create/job_123', definitionV2([scene, texture]), TEXT);
    expect([answer.statusCode, answer.body]).toEqual([200, '23/job_123']);
    const read = (path: string) => readFileSync(join(server.path, 'jobs/23/job_123', path));
    expect(read('scene.blend')).toEqual(scene.content);
    expect(read('textures/wood.png')).toEqual(texture.content);
  });

  it('takes an id of one character', async () => {
    await using server = await createTestServer();
    await upload(server, scene);
    expect((await post(server, '/checkout/create/a', definitionV2([scene]), TEXT)).statusCode).toBe(200);
  });

  it('lists all missing files with 400', async () => {
    await using server = await createTestServer();
    const answer = await post(server, '/checkout/create/job', definitionV2([scene, texture]), TEXT);
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toBe('file-unknown scene.blend\nfile-unknown textures/wood.png\n');
  });

  it('answers 409 where there is one, which stays as it is', async () => {
    await using server = await createTestServer();
    await upload(server, scene);
    await post(server, '/checkout/create/job', definitionV2([scene]), TEXT);
    expect((await post(server, '/checkout/create/job', definitionV2([scene]), TEXT)).statusCode).toBe(409);
    expect(readFileSync(join(server.path, 'jobs/ob/job/scene.blend'))).toEqual(scene.content);
  });

  it.each(['a-b', 'a.b', '..', 'a%2Fb', 'ä', 'a%00'])('refuses the id %s', async (id) => {
    await using server = await createTestServer();
    const answer = await post(server, `/checkout/create/${encodeURI(id).replaceAll('%25', '%')}`, '', TEXT);
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode).toBeLessThan(405);
  });
});

describe('v2 files', () => {
  it('stores a file with 204, then says 208 with its place', async () => {
    await using server = await createTestServer();
    const first = await upload(server, scene);
    expect([first.statusCode, first.body]).toEqual([204, '']);
    const second = await upload(server, scene);
    expect([second.statusCode, second.headers.location]).toEqual([208, `/files/${scene.name}`]);
  });

  it.each([
    ['gzip', gzipSync(texture.content)],
    ['zstd', zstdCompressSync(texture.content)],
  ])('takes a body in %s', async (coding, body) => {
    await using server = await createTestServer();
    const answer = await post(server, `/files/${texture.name}`, body, { 'content-encoding': coding });
    expect(answer.statusCode).toBe(204);
    expect((await server.inject(`/files/${texture.name}`)).rawPayload).toEqual(texture.content);
  });

  it('stores an empty file', async () => {
    await using server = await createTestServer();
    const empty = testFile('empty', '');
    expect((await upload(server, empty)).statusCode).toBe(204);
    expect((await server.inject(`/files/${empty.name}`)).rawPayload).toEqual(empty.content);
  });

  it('answers 417 to another length and to other content', async () => {
    await using server = await createTestServer();
    const { name, content } = scene;
    for (const body of [content.subarray(1), Buffer.concat([content, content]), Buffer.alloc(content.length)])
      expect((await post(server, `/files/${name}`, body)).statusCode).toBe(417);
    expect((await server.inject({ method: 'OPTIONS', url: `/files/${name}` })).statusCode).toBe(404);
  });

  it('stops a decompression bomb at the declared length', async () => {
    await using server = await createTestServer();
    for (const body of [gzipSync(Buffer.alloc(50_000_000)), zstdCompressSync(Buffer.alloc(50_000_000))]) {
      const coding = body[0] === 0x1f ? 'gzip' : 'zstd';
      const answer = await post(server, `/files/${scene.name}`, body, { 'content-encoding': coding });
      expect(answer.statusCode).toBe(417);
    }
  });

  it('answers 400 to what is not in the coding that it says', async () => {
    await using server = await createTestServer();
    for (const [coding, body] of [
      ['gzip', 'plain'],
      ['zstd', 'plain'],
      ['gzip', gzipSync('abc').subarray(0, 15)],
    ] as const) {
      const answer = await post(server, `/files/${scene.name}`, Buffer.from(body), { 'content-encoding': coding });
      expect(answer.statusCode).toBe(400);
    }
  });

  it('defers a client that can be deferred with 208, without a place', async () => {
    await using server = await createTestServer({ patience: { deferrableMs: 5 } });
    await server.services.uploads.begin(scene.key);
    const answer = await upload(server, scene, { 'x-shaman-can-defer-upload': 'true' });
    expect([answer.statusCode, answer.headers.location]).toEqual([208, undefined]);
  });

  it('says by OPTIONS whether a file is there', async () => {
    await using server = await createTestServer();
    const options = async () => (await server.inject({ method: 'OPTIONS', url: `/files/${scene.name}` })).statusCode;
    expect(await options()).toBe(404);
    const turn = await server.services.uploads.begin(scene.key);
    expect(await options()).toBe(420);
    if (turn.kind === 'claimed') turn.claim.end('failed');
    await upload(server, scene);
    expect(await options()).toBe(200);
  });

  it('serves a file with the headers of the original, whole and in ranges', async () => {
    await using server = await createTestServer();
    await upload(server, scene);
    const whole = await server.inject(`/files/${scene.name}`);
    expect(whole.headers).toMatchObject({
      'content-type': 'application/binary',
      'content-length': '7',
      'x-shaman-checksum': scene.sha,
      etag: `'${scene.sha}-7'`,
    });
    const part = await server.inject({ url: `/files/${scene.name}`, headers: { range: 'bytes=2-4' } });
    expect([part.statusCode, part.body, part.headers['content-range']]).toEqual([206, 'END', 'bytes 2-4/7']);
    expect((await server.inject(`/files/${texture.name}`)).statusCode).toBe(404);
  });

  it.each([
    'abc/1',
    `${scene.sha.toUpperCase()}/7`,
    `${scene.sha}/-1`,
    `${scene.sha}/07`,
    `${scene.sha}/99999999999999999`,
    `${scene.sha}/7.5`,
  ])('refuses files/%s with 400', async (name) => {
    await using server = await createTestServer();
    for (const method of ['GET', 'POST', 'OPTIONS'] as const)
      expect((await server.inject({ method, url: `/files/${name}` })).statusCode).toBe(400);
  });
});
