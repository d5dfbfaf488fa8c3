import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTestServer, definitionV3, testFile } from '../support/test-server.ts';
import type { TestFile, TestServer } from '../support/test-server.ts';

const BASE = '/api/v3/shaman';
const scene = testFile('scene.blend', 'BLENDER');
const texture = testFile('textures/wood.png', 'PNG'.repeat(1000));

const post = (server: TestServer, path: string, payload: unknown, headers: Record<string, string> = {}) =>
  server.inject({
    method: 'POST',
    url: BASE + path,
    payload: JSON.stringify(payload),
    headers: { 'content-type': 'application/json', ...headers },
  });
const upload = (server: TestServer, { name, content }: TestFile, headers: Record<string, string> = {}) =>
  server.inject({
    method: 'POST',
    url: `${BASE}/files/${name}`,
    payload: content,
    headers: { 'content-type': 'application/octet-stream', ...headers },
  });

describe('v3 requirements', () => {
  it('lists each missing content once, under the first of its paths', async () => {
    await using server = await createTestServer();
    const answer = await post(server, '/checkout/requirements', {
      files: definitionV3([scene, { ...scene, path: 'copy.blend' }, texture]),
    });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      files: definitionV3([scene, texture]).map((file) => ({ ...file, status: 'unknown' })),
    });
  });

  it('answers an empty list where all is stored', async () => {
    await using server = await createTestServer();
    await upload(server, scene);
    expect((await post(server, '/checkout/requirements', { files: definitionV3([scene]) })).body).toBe('{"files":[]}');
  });

  it('says which files somebody else is uploading', async () => {
    await using server = await createTestServer();
    await server.services.uploads.begin(scene.key);
    const answer = await post(server, '/checkout/requirements', { files: definitionV3([scene]) });
    expect(answer.json()).toMatchObject({ files: [{ status: 'uploading' }] });
  });

  it.each([
    ['no JSON', 'nonsense'],
    ['no list', { files: 3 }],
    ['a bad digest', { files: [{ sha: 'abc', size: 1, path: 'a' }] }],
    ['a bad size', { files: [{ sha: scene.sha, size: -1, path: 'a' }] }],
    ['a path that leads out', { files: [{ sha: scene.sha, size: 1, path: '../a' }] }],
  ])('refuses %s with 400 and an error as v3 has it', async (_what, payload) => {
    await using server = await createTestServer();
    const answer = await post(server, '/checkout/requirements', payload);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toEqual({ code: 400, message: expect.any(String) as string });
  });
});

describe('v3 checkouts', () => {
  it('makes one, and another one under another name', async () => {
    await using server = await createTestServer();
    await upload(server, scene);
    await upload(server, texture);
    const body = { files: definitionV3([scene, texture]), checkoutPath: 'show/shot-10' };
    const first = await post(server, '/checkout/create', body);
    expect([first.statusCode, first.json()]).toEqual([200, { checkoutPath: 'show/shot-10' }]);
    const second = (await post(server, '/checkout/create', body)).json<{ checkoutPath: string }>();
    expect(second.checkoutPath).toMatch(/^show\/shot-10-[a-z0-9]{4}$/);
    for (const path of ['show/shot-10', second.checkoutPath])
      expect(readFileSync(join(server.path, 'jobs', path, 'textures/wood.png'))).toEqual(texture.content);
  });

  it('answers 424 with all missing files, and leaves another checkout of that name alone', async () => {
    await using server = await createTestServer();
    await upload(server, scene);
    await post(server, '/checkout/create', { files: definitionV3([scene]), checkoutPath: 'shot' });
    const other = testFile('other', 'other');
    const answer = await post(server, '/checkout/create', {
      files: definitionV3([texture, scene, other]),
      checkoutPath: 'shot',
    });
    expect(answer.statusCode).toBe(424);
    expect(answer.json()).toMatchObject({ code: 424, files: definitionV3([texture, other]) });
    expect(readFileSync(join(server.path, 'jobs/shot/scene.blend'))).toEqual(scene.content);
  });

  it.each(['.', '..', '../x', 'a/../b', '/abs', 'a\\b', 'a:b', 'a*', '', '.waybill', '.waybill/records'])(
    'refuses the path %j with 400',
    async (checkoutPath) => {
      await using server = await createTestServer();
      expect((await post(server, '/checkout/create', { files: [], checkoutPath })).statusCode).toBe(400);
    },
  );
});

describe('v3 files', () => {
  it('says the status of a file', async () => {
    await using server = await createTestServer();
    const status = async () => (await server.inject(`${BASE}/files/${scene.name}`)).json<{ status: string }>().status;
    expect(await status()).toBe('unknown');
    const turn = await server.services.uploads.begin(scene.key);
    expect(await status()).toBe('uploading');
    if (turn.kind === 'claimed') turn.claim.end('failed');
    await upload(server, scene);
    expect(await status()).toBe('stored');
  });

  it('stores a file with 204, then says 208', async () => {
    await using server = await createTestServer();
    expect((await upload(server, scene)).statusCode).toBe(204);
    expect((await upload(server, scene)).statusCode).toBe(208);
  });

  it.each(['true', 'True', 'TRUE'])('defers a client that says %s with 425', async (text) => {
    await using server = await createTestServer({ patience: { deferrableMs: 5 } });
    await server.services.uploads.begin(scene.key);
    const answer = await upload(server, scene, { 'x-shaman-can-defer-upload': text });
    expect([answer.statusCode, answer.json<{ code: number }>().code]).toEqual([425, 425]);
  });

  it('takes a file twice rather than defer the add-on, which would forget it', async () => {
    await using server = await createTestServer({ patience: { deferrableMs: 5, patientMs: 50 } });
    await server.services.uploads.begin(scene.key);
    const headers = { 'x-shaman-can-defer-upload': 'True', 'user-agent': 'Flamenco/3.8 (Blender add-on)' };
    expect((await upload(server, scene, headers)).statusCode).toBe(204);
  });

  it('answers 417 to other content', async () => {
    await using server = await createTestServer();
    const answer = await upload(server, { ...scene, content: Buffer.from('7 bytes') });
    expect([answer.statusCode, answer.json<{ code: number }>().code]).toEqual([417, 417]);
  });

  it('shows the original name in the log alone, escaped, whatever it is', async () => {
    const lines: string[] = [];
    await using server = await createTestServer({ logs: { write: (line) => void lines.push(line) } });
    const header = '=?utf-8?b?5Zyo4oCuCg==?=';
    expect((await upload(server, scene, { 'x-shaman-original-filename': header })).statusCode).toBe(204);
    expect(lines.join('')).toContain('在');
    expect(lines.filter((line) => line.includes('在'))).toHaveLength(1);
    expect(lines.join('')).not.toContain('\u202e');
  });
});
