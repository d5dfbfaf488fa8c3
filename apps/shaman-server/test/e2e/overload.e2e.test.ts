import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withTmpfs, skipWithout, temporaryDirectory, waitFor } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { startServer } from '../../src/server/start-server.ts';
import { createTestServer, serverConfig, testContext, testFile } from '../support/test-server.ts';
import { RawClient } from './support/raw-client.ts';

const one = testFile('one', Buffer.alloc(100_000, 'one'));
const two = testFile('two', Buffer.alloc(100_000, 'two'));

const post = (url: string, { name, content }: typeof one) =>
  fetch(`${url}/files/${name}`, { method: 'POST', body: new Uint8Array(content) });

describe('under overload', () => {
  it('a client with too many uploads is told to come back, with 429', async () => {
    await using server = await createTestServer({ limits: { maxUploadsPerClient: 1 } });
    const url = await server.listen();
    await using slow = await RawClient.connect(url);
    await slow.head('POST', `/files/${one.name}`, { 'content-length': one.sizeBytes });
    await waitFor(() => server.services.slots.used === 1);
    const answer = await post(url, two);
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    await slow.write(one.content);
    expect((await slow.answer()).status).toBe(204);
    expect((await post(url, two)).status).toBe(204);
  });

  it('an upload without a turn is told to come back, with 503', async () => {
    await using server = await createTestServer({ limits: { maxUploads: 1 }, slotPatienceMs: 50 });
    const url = await server.listen();
    await using slow = await RawClient.connect(url);
    await slow.head('POST', `/files/${one.name}`, { 'content-length': one.sizeBytes });
    await waitFor(() => server.services.slots.used === 1);
    const answer = await post(url, two);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    slow.socket.destroy();
    await waitFor(() => server.services.slots.used === 0);
    expect((await post(url, two)).status).toBe(204);
  });
});

describe('with as many definitions under way as there is memory for', () => {
  it('one more is told to come back, with 503, and served when there is room', async () => {
    await using server = await createTestServer({ limits: { maxDefinitionBytes: 64 * 1024 * 1024 } });
    const url = await server.listen();
    const half = Buffer.alloc(33 * 1024 * 1024, ' ');
    const ask = async (body: Buffer) =>
      await fetch(`${url}/api/v3/shaman/checkout/requirements`, { method: 'POST', body: new Uint8Array(body) });
    await using slow = await RawClient.connect(url);
    await slow.head('POST', '/api/v3/shaman/checkout/requirements', { 'content-length': half.length + 12 });
    await slow.write(half);
    await waitFor(() => server.services.limits.bodyMemory.usedBytes === half.length);
    const refused = await ask(Buffer.concat([half, Buffer.from('{"files":[]}')]));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect((await ask(Buffer.from('{"files":[]}'))).status).toBe(200);
    await slow.write(Buffer.from('{"files":[]}'));
    expect((await slow.answer()).status).toBe(200);
    await waitFor(() => server.services.limits.bodyMemory.usedBytes === 0);
    expect((await ask(Buffer.concat([half, Buffer.from('{"files":[]}')]))).status).toBe(200);
  });
});

describe('without room', () => {
  it('an upload above the quota is refused with 507, also when others are under way', async () => {
    await using server = await createTestServer({ limits: { maxStoreBytes: 150_000 } });
    const url = await server.listen();
    await server.services.usage.count();
    await using slow = await RawClient.connect(url);
    await slow.head('POST', `/files/${one.name}`, { 'content-length': one.sizeBytes });
    await waitFor(() => server.services.slots.used === 1);
    expect((await post(url, two)).status).toBe(507);
    await slow.write(one.content);
    expect((await slow.answer()).status).toBe(204);
    expect((await post(url, two)).status).toBe(507);
    expect(await server.services.store.has(two.key)).toBe(false);
  });

  it('an upload that would leave too little free is refused with 507', async () => {
    await using server = await createTestServer({ limits: { minFreeBytes: Number.MAX_SAFE_INTEGER } });
    expect((await server.inject({ method: 'POST', url: `/files/${one.name}`, payload: one.content })).statusCode).toBe(
      507,
    );
  });

  it.for([
    ['is seen to fill', 0],
    // Less than nothing is to stay free: nothing is looked at before.
    ['fills', -1e15],
  ] as const)(
    'a disk that %s during an upload is answered with 507, and the store stays intact',
    async ([, minFreeBytes], test) => {
      const mounted = await withTmpfs(4 * 1024 * 1024, async (path) => {
        await using server = await startServer(serverConfig(join(path, 'storage'), { minFreeBytes }), testContext());
        const { url } = server;
        expect((await post(url, one)).status).toBe(204);
        // Two that fit one by one, and not together.
        const large = [testFile('a', Buffer.alloc(3_000_000, 'a')), testFile('b', Buffer.alloc(3_000_000, 'b'))];
        const statuses = await Promise.all(large.map(async (file) => (await post(url, file)).status));
        expect(statuses.filter((status) => status === 204).length).toBeLessThanOrEqual(1);
        expect(statuses.filter((status) => status === 507).length).toBeGreaterThanOrEqual(1);
        const uploading = readdirSync(join(path, 'storage/file-store/uploading'), {
          recursive: true,
          withFileTypes: true,
        });
        expect(uploading.filter((entry) => entry.isFile())).toEqual([]);
        expect((await fetch(`${url}/files/${one.name}`)).status).toBe(200);
        expect((await post(url, two)).status).toBe(204);
      });
      if (mounted === undefined) skipWithout(test, 'mounting a tmpfs is not permitted');
    },
  );
});

describe('a stop', () => {
  it('lets uploads under way finish, and accepts no new ones', async () => {
    await using directory = await temporaryDirectory();
    await using server = await startServer(serverConfig(directory.path), testContext());
    await using slow = await RawClient.connect(server.url);
    await slow.head('POST', `/files/${one.name}`, { 'content-length': one.sizeBytes });
    await slow.write(one.content.subarray(0, 50_000));
    await waitFor(() => server.services.uploads.list().length === 1);
    const drained = server.drain(10_000);
    await sleep(50);
    await expect(post(server.url, two)).rejects.toThrow();
    await slow.write(one.content.subarray(50_000));
    expect((await slow.answer()).status).toBe(204);
    expect(await drained).toEqual({ cutOff: 0 });
  });

  it('cuts off what does not end in time, and leaves nothing of it', async () => {
    await using directory = await temporaryDirectory();
    await using server = await startServer(serverConfig(directory.path), testContext());
    await using slow = await RawClient.connect(server.url);
    await slow.head('POST', `/files/${one.name}`, { 'content-length': one.sizeBytes });
    await waitFor(() => server.services.uploads.list().length === 1);
    expect(await server.drain(50)).toEqual({ cutOff: 1 });
    await waitFor(() => server.services.uploads.list().length === 0);
    expect(await server.services.store.has(one.key)).toBe(false);
  });

  it('gives the storage back: another server of it is refused before, and starts after', async () => {
    await using directory = await temporaryDirectory();
    const config = serverConfig(directory.path);
    {
      await using _server = await startServer(config, testContext());
      await expect(startServer(config, testContext())).rejects.toMatchObject({ code: 'ERR_DIRECTORY_LOCKED' });
    }
    await using again = await startServer(config, testContext());
    expect((await fetch(`${again.url}/readyz`)).status).toBe(200);
  });
});
