import { zstdCompressSync } from 'node:zlib';
import {
  encodeBatchFrames,
  parseBatchResponse,
  parseCapabilities,
  parseOwnRequirements,
} from '@waybill/shaman-protocol';
import { describe, expect, it } from 'vitest';
import { createTestServer, definitionV3, testFile } from '../support/test-server.ts';
import type { TestFile, TestServer } from '../support/test-server.ts';

const BASE = '/waybill/v1';
const scene = testFile('scene.blend', 'BLENDER');
const large = testFile('large', Buffer.alloc(300_000, 'large'));

const store = (server: TestServer, file: TestFile) => server.services.store.put(file.key, file.content);
const frames = async (files: readonly TestFile[]) =>
  Buffer.concat(
    await Array.fromAsync(encodeBatchFrames(files.map(({ key, content }) => ({ digest: key.digest, content })))),
  );
const batch = (server: TestServer, payload: Buffer) => server.inject({ method: 'POST', url: `${BASE}/batch`, payload });

describe('capabilities', () => {
  it('say what this server can do, also to who has no token', async () => {
    await using server = await createTestServer({ auth: { tokens: ['secret'] } });
    const capabilities = parseCapabilities((await server.inject(`${BASE}/capabilities`)).json());
    expect(capabilities).toMatchObject({ version: 1, resumable: true, contentEncodings: ['gzip', 'zstd'] });
    expect(capabilities.batch?.maxFiles).toBeGreaterThan(100);
  });
});

describe('requirements', () => {
  it('are answered as in v3, with how long the files stay', async () => {
    await using server = await createTestServer();
    await store(server, scene);
    const payload = JSON.stringify({ files: definitionV3([scene, large]) });
    const answer = await server.inject({ method: 'POST', url: `${BASE}/requirements`, payload });
    const { files, pinnedForMs } = parseOwnRequirements(answer.json());
    expect(files).toMatchObject([{ sha: large.sha, status: 'unknown' }]);
    expect(pinnedForMs).toBeGreaterThan(60_000);
    expect(await server.services.pins.count()).toEqual({ pins: 1, blobs: 2 });
  });
});

describe('a batch', () => {
  it('stores many files, with one result for each', async () => {
    await using server = await createTestServer();
    await store(server, scene);
    const files = [
      scene,
      ...Array.from({ length: 50 }, (_file, index) => testFile(`f${index}`, `content ${index}`)),
      testFile('empty', ''),
    ];
    const answer = await batch(server, await frames(files));
    expect(answer.statusCode).toBe(200);
    const results = parseBatchResponse(answer.json());
    expect(results.map(({ status }) => status)).toEqual(['exists', ...Array.from({ length: 51 }, () => 'stored')]);
    expect(await server.services.store.hasMany(files.map(({ key }) => key))).toEqual(files.map(() => true));
  });

  it('leaves out what somebody else is sending, and takes it when that has failed', async () => {
    await using server = await createTestServer();
    const turn = await server.services.uploads.begin(scene.key);
    if (turn.kind !== 'claimed') throw new Error('the file is not claimed');
    const files = await frames([testFile('other', 'other'), scene, testFile('last', 'last')]);
    const results = async () => parseBatchResponse((await batch(server, files)).json()).map(({ status }) => status);
    expect(await results()).toEqual(['stored', 'uploading', 'stored']);
    expect(await server.services.store.has(scene.key)).toBe(false);
    turn.claim.end('failed');
    expect(await results()).toEqual(['exists', 'stored', 'exists']);
    expect(server.services.uploads.list()).toEqual([]);
  });

  it('goes on after a file that is not what it says', async () => {
    await using server = await createTestServer();
    const wrong = { ...scene, content: Buffer.from('7 bytes') };
    const results = parseBatchResponse((await batch(server, await frames([wrong, testFile('good', 'good')]))).json());
    expect(results).toMatchObject([{ status: 'error', code: 'ERR_BLOB_DIGEST_MISMATCH' }, { status: 'stored' }]);
  });

  it('that is compressed has to fit as it may be at most: its length says nothing of that', async () => {
    await using server = await createTestServer({ limits: { maxStoreBytes: 1_000_000 } });
    await server.services.usage.count();
    const bytes = await frames([testFile('blank', Buffer.alloc(900_000))]);
    const send = (payload: Buffer, headers: Record<string, string>) =>
      server.inject({ method: 'POST', url: `${BASE}/batch`, payload, headers });
    expect((await send(zstdCompressSync(bytes), { 'content-encoding': 'zstd' })).statusCode).toBe(507);
    expect((await send(bytes, {})).json()).toEqual({ results: [{ status: 'stored' }] });
  });

  it('that is cut off, or no batch, is refused with 400', async () => {
    await using server = await createTestServer();
    const whole = await frames([scene]);
    for (const body of [
      whole.subarray(0, -1),
      whole.subarray(0, 30),
      Buffer.from('nonsense'),
      Buffer.concat([whole, Buffer.from('x')]),
    ])
      expect((await batch(server, body)).statusCode).toBe(400);
  });

  it('with a file that is no small one is refused with 413', async () => {
    await using server = await createTestServer();
    expect((await batch(server, await frames([testFile('big', Buffer.alloc(1024 * 1024 + 1))]))).statusCode).toBe(413);
  });
});

describe('a resumable upload', () => {
  const url = `${BASE}/uploads/${large.name}`;
  const patch = (server: TestServer, offset: number, payload: Buffer) =>
    server.inject({ method: 'PATCH', url, payload, headers: { 'upload-offset': String(offset) } });

  it('goes on where it was interrupted', async () => {
    await using server = await createTestServer();
    const begun = await patch(server, 0, large.content.subarray(0, 100_000));
    expect([begun.statusCode, begun.headers['upload-offset'], begun.headers['upload-complete']]).toEqual([
      204,
      '100000',
      '?0',
    ]);
    const state = await server.inject({ method: 'HEAD', url });
    expect([state.headers['upload-offset'], state.headers['upload-complete']]).toEqual(['100000', '?0']);
    const ended = await patch(server, 100_000, large.content.subarray(100_000));
    expect([ended.headers['upload-offset'], ended.headers['upload-complete']]).toEqual(['300000', '?1']);
    expect(await server.services.store.has(large.key)).toBe(true);
    expect((await server.inject({ method: 'HEAD', url })).headers['upload-complete']).toBe('?1');
  });

  it('says where it stands to a sender that is elsewhere', async () => {
    await using server = await createTestServer();
    await patch(server, 0, large.content.subarray(0, 1000));
    const answer = await patch(server, 500, large.content.subarray(500));
    expect([answer.statusCode, answer.headers['upload-offset']]).toEqual([409, '1000']);
  });

  it('that turns out wrong is refused, and begins anew', async () => {
    await using server = await createTestServer();
    expect((await patch(server, 0, Buffer.alloc(large.sizeBytes))).statusCode).toBe(417);
    expect((await server.inject({ method: 'HEAD', url })).headers['upload-offset']).toBe('0');
  });

  it('takes nothing beyond the declared length', async () => {
    await using server = await createTestServer();
    expect((await patch(server, 0, Buffer.alloc(large.sizeBytes + 1))).statusCode).toBe(417);
  });

  it('can be given up', async () => {
    await using server = await createTestServer();
    await patch(server, 0, large.content.subarray(0, 1000));
    expect((await server.inject({ method: 'DELETE', url })).statusCode).toBe(204);
    expect((await server.inject({ method: 'HEAD', url })).headers['upload-offset']).toBe('0');
  });

  it.each(['-1', 'x', '300001', ''])('refuses the offset %j', async (offset) => {
    await using server = await createTestServer();
    const answer = await server.inject({ method: 'PATCH', url, payload: 'x', headers: { 'upload-offset': offset } });
    expect(answer.statusCode).toBe(400);
  });
});

describe('a download', () => {
  const url = `${BASE}/files/${scene.name}`;
  const get = (server: TestServer, headers: Record<string, string>) => server.inject({ url, headers });

  it('has a strong tag, which saves the second one', async () => {
    await using server = await createTestServer();
    await store(server, scene);
    const whole = await server.inject(url);
    expect([whole.statusCode, whole.body, whole.headers.etag]).toEqual([200, 'BLENDER', `"${scene.sha}-7"`]);
    expect((await get(server, { 'if-none-match': `"other", W/"${scene.sha}-7"` })).statusCode).toBe(304);
    const head = await server.inject({ method: 'HEAD', url });
    expect([head.statusCode, head.body, head.headers['content-length']]).toEqual([200, '', '7']);
  });

  it.each([
    ['bytes=0-0', 206, 'B'],
    ['bytes=3-', 206, 'NDER'],
    ['bytes=-2', 206, 'ER'],
    ['bytes=5-100', 206, 'ER'],
    ['bytes=7-', 416, ''],
    ['bytes=-0', 416, ''],
    ['bytes=4-2', 200, 'BLENDER'],
    ['bytes=0-1,3-4', 200, 'BLENDER'],
    ['lines=1-2', 200, 'BLENDER'],
  ])('answers %s with %i', async (range, status, body) => {
    await using server = await createTestServer();
    await store(server, scene);
    const answer = await get(server, { range });
    expect([answer.statusCode, answer.body]).toEqual([status, body]);
  });

  it('gives the whole where the file is not the one of If-Range', async () => {
    await using server = await createTestServer();
    await store(server, scene);
    expect((await get(server, { range: 'bytes=0-0', 'if-range': '"other"' })).statusCode).toBe(200);
    expect((await get(server, { range: 'bytes=0-0', 'if-range': `"${scene.sha}-7"` })).statusCode).toBe(206);
  });

  it('of what is not there is a problem', async () => {
    await using server = await createTestServer();
    const answer = await server.inject(url);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
    ]);
  });
});

describe('checkouts', () => {
  const make = async (server: TestServer, path: string): Promise<void> => {
    await store(server, scene);
    const { sha, sizeBytes } = scene;
    await server.services.checkouts.create({ layout: 'v3', path }, [{ sha, sizeBytes, path: 'a/scene.blend' }]);
  };

  it('are listed, shown and erased', async () => {
    await using server = await createTestServer();
    await make(server, 'show/shot');
    await make(server, 'other');
    expect((await server.inject(`${BASE}/checkouts`)).json()).toMatchObject({
      checkouts: [{ path: 'other' }, { path: 'show/shot', files: 1 }],
    });
    const shown = await server.inject(`${BASE}/checkouts/show/shot`);
    expect(shown.json()).toMatchObject({ entries: [{ path: 'a/scene.blend', sha: scene.sha, present: true }] });
    const erase = () => server.inject({ method: 'DELETE', url: `${BASE}/checkouts/show/shot` });
    expect((await erase()).statusCode).toBe(204);
    expect((await erase()).statusCode).toBe(404);
    expect((await server.inject(`${BASE}/checkouts/show/shot`)).statusCode).toBe(404);
  });

  it('whose job is gone are erased, those of other jobs are not', async () => {
    await using server = await createTestServer();
    await make(server, 'show/shot');
    await make(server, 'other');
    const gone = async (body: object) =>
      (await server.inject({ method: 'POST', url: `${BASE}/erase-gone`, payload: JSON.stringify(body) })).json<{
        erased: string[];
      }>();
    expect(await gone({ live: ['other'] })).toEqual({ erased: [] });
    expect(await gone({ live: ['other'], minAgeMs: 0, dryRun: true })).toEqual({ erased: ['show/shot'] });
    expect(await gone({ live: ['other'], minAgeMs: 0 })).toEqual({ erased: ['show/shot'] });
    expect((await server.inject(`${BASE}/checkouts`)).json()).toMatchObject({ checkouts: [{ path: 'other' }] });
  });

  it('are not erased for a request that is none', async () => {
    await using server = await createTestServer();
    await make(server, 'other');
    for (const payload of ['', '{}', '{"live":3}', 'x', '{"live":[],"minAgeMs":0}'])
      expect((await server.inject({ method: 'POST', url: `${BASE}/erase-gone`, payload })).statusCode).toBe(400);
    expect((await server.inject(`${BASE}/checkouts`)).json()).toMatchObject({ checkouts: [{ path: 'other' }] });
  });
});

describe('what is under way', () => {
  it('is shown', async () => {
    await using server = await createTestServer();
    const turn = await server.services.uploads.begin(scene.key);
    if (turn.kind === 'claimed') turn.claim.advance(3);
    expect((await server.inject(`${BASE}/uploads`)).json()).toMatchObject({
      uploads: [{ sha: scene.sha, size: 7, receivedBytes: 3 }],
    });
    await server.services.usage.count();
    expect((await server.inject(`${BASE}/stats`)).json()).toMatchObject({
      store: { blobs: 0 },
      uploads: { inFlight: 1 },
    });
    expect((await server.inject('/metrics')).body).toContain('shaman_uploads_in_flight 1');
  });
});

describe('upkeep', () => {
  it('is done when it is asked for', async () => {
    await using server = await createTestServer();
    await store(server, scene);
    const run = async (path: string, body: object) =>
      (await server.inject({ method: 'POST', url: BASE + path, payload: JSON.stringify(body) })).json<
        Record<string, unknown>
      >();
    expect(await run('/gc', { dryRun: true, maxAgeMs: 0 })).toMatchObject({ dryRun: true, examined: { blobs: 1 } });
    expect(await run('/gc', { maxAgeMs: 3_600_000 })).toMatchObject({ dryRun: false, deleted: { blobs: 0 } });
    expect(await run('/scrub', { dryRun: true })).toMatchObject({ checkedBlobs: 1, findings: [] });
    expect(await server.services.store.has(scene.key)).toBe(true);
  });

  it('refuses a collection that would take what clients have just sent', async () => {
    await using server = await createTestServer();
    await store(server, scene);
    for (const maxAgeMs of [0, 3_599_999]) {
      const payload = JSON.stringify({ maxAgeMs });
      const answer = await server.inject({ method: 'POST', url: `${BASE}/gc`, payload });
      expect(answer.statusCode).toBe(400);
      expect(answer.json()).toMatchObject({ code: 'ERR_REQUEST_INVALID' });
    }
    expect(await server.services.store.has(scene.key)).toBe(true);
  });
});
