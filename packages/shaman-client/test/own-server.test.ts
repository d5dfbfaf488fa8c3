import { expect, test } from 'vitest';
import { createShamanClient, FileChangedError } from '../src/index.ts';
import { QUICK, testFile, testFiles } from './support/files.ts';
import { startFakeServer } from './support/fake-server.ts';

test('small files travel together, larger ones alone', async () => {
  await using server = await startFakeServer({ protocol: 'own' });
  await using client = await createShamanClient({ url: server.url, timing: QUICK });
  const files = [...testFiles(250), testFile('empty', 0), testFile('middle', 20_000)];
  const report = await client.sendFiles(files, { checkout: 'My Job' });
  expect(server.batches.toSorted((a, b) => b - a)).toEqual([100, 100, 51]);
  expect(server.count(/files\//)).toBe(1);
  // The requirements, three batches, one file, the checkout.
  expect(report).toMatchObject({ bodies: 252, requests: 6, checkoutPath: 'My Job', skippedFiles: 0 });
  expect(server.stored.size).toBe(252);
});

test('batches can be done without', async () => {
  await using server = await startFakeServer({ protocol: 'own' });
  await using client = await createShamanClient({ url: server.url, timing: QUICK });
  await client.sendFiles(testFiles(5), { batch: false });
  expect(server.batches).toEqual([]);
  expect(server.count(/files\//)).toBe(5);
});

test('v2 and v3 use nothing of our own protocol where they are asked for', async () => {
  await using server = await startFakeServer({ protocol: 'own' });
  await using client = await createShamanClient({ url: server.url, timing: QUICK, protocol: 'v3' });
  expect(client.capabilities).toBeUndefined();
  await client.sendFiles(testFiles(5));
  expect(server.count(/waybill/)).toBe(0);
});

test('a changed file of a batch is named', async () => {
  await using server = await startFakeServer({ protocol: 'own' });
  await using client = await createShamanClient({ url: server.url, timing: QUICK });
  const [first, second, ...rest] = testFiles(10);
  const other = testFile('other', 100, 99);
  const changed = { ...second, path: 'changed.bin', open: other.open } as typeof other;
  const error: unknown = await client
    .sendFiles([first as typeof other, changed, ...rest])
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(FileChangedError);
  expect((error as FileChangedError).file.path).toBe('changed.bin');
});

test('what somebody else is sending is left out of a batch, waited for, and sent alone in the end', async () => {
  const files = testFiles(6);
  const [theirs, stuck] = files as [(typeof files)[0], (typeof files)[0]];
  let asked = 0;
  await using server = await startFakeServer({
    protocol: 'own',
    script: ({ path }) => {
      if (path.endsWith('batch')) for (const { key } of [theirs, stuck]) server.uploading.add(key);
      if (path.endsWith('requirements') && (asked += 1) === 3) server.stored.set(theirs.key, theirs.content);
      return false;
    },
  });
  await using client = await createShamanClient({ url: server.url, timing: QUICK });
  const report = await client.sendFiles(files);
  expect(server.batches).toEqual([6]);
  expect([...server.bodies.keys()]).toEqual([stuck.key]);
  expect(server.stored.size).toBe(6);
  expect(report.skippedFiles).toBe(1);
});

test('a batch that is refused is sent file by file', async () => {
  await using server = await startFakeServer({
    protocol: 'own',
    script: ({ path, response, request }) => {
      if (!path.endsWith('batch')) return false;
      request.resume();
      response.writeHead(413).end();
      return true;
    },
  });
  await using client = await createShamanClient({ url: server.url, timing: QUICK });
  await client.sendFiles(testFiles(20));
  expect(server.stored.size).toBe(20);
  expect(server.count(/batch/)).toBe(1);
});

test.each([429, 503])('a batch that a busy server refuses (%i) is sent again as a whole', async (status) => {
  let refusals = 0;
  await using server = await startFakeServer({
    protocol: 'own',
    script: ({ path, response, request }) => {
      if (!path.endsWith('batch') || refusals === 2) return false;
      refusals += 1;
      request.resume();
      response.writeHead(status, { 'retry-after': '0' }).end();
      return true;
    },
  });
  await using client = await createShamanClient({ url: server.url, timing: QUICK });
  expect(await client.sendFiles(testFiles(20))).toMatchObject({ retries: 2 });
  expect(server.batches).toEqual([20]);
  expect(server.count(/files\//)).toBe(0);
});

test('a large upload that breaks goes on where the server stands', async () => {
  const file = testFile('large.vdb', 9_000_000);
  await using server = await startFakeServer({
    protocol: 'own',
    script: ({ request, response, key, attempt, method }) => {
      if (method !== 'PATCH' || key === undefined || attempt > 3) return false;
      const known = server.partials.get(key) ?? Buffer.alloc(0);
      const parts = [known];
      response.writeContinue();
      request.on('data', (chunk: Buffer) => {
        parts.push(chunk);
        const whole = Buffer.concat(parts);
        if (whole.length < known.length + 1_000_000) return;
        server.partials.set(key, whole);
        request.socket.resetAndDestroy();
      });
      return true;
    },
  });
  await using client = await createShamanClient({ url: server.url, timing: QUICK });
  const report = await client.sendFiles([file], { checkout: 'job' });
  expect(server.stored.get(file.key)).toEqual(file.content);
  expect(file.opened[0]).toBe(0);
  expect(file.opened).toHaveLength(4);
  for (const [place, start] of file.opened.entries()) expect(start).toBeGreaterThanOrEqual(place * 1_000_000);
  // Each byte that the server kept came once.
  expect(server.bodies.get(file.key)?.[0]).toBe(9_000_000 - (file.opened[3] ?? 0));
  expect(report).toMatchObject({ retries: 3, skippedFiles: 0, checkoutPath: 'job' });
});

test('an upload that somebody began before is gone on with', async () => {
  const file = testFile('large.vdb', 9_000_000);
  await using server = await startFakeServer({ protocol: 'own' });
  server.partials.set(file.key, file.content.subarray(0, 8_000_000));
  await using client = await createShamanClient({ url: server.url, timing: QUICK });
  expect(await client.sendFiles([file])).toMatchObject({ sentBytes: 1_000_000 });
});

test('a large upload that never gets on has an end', async () => {
  const file = testFile('large.vdb', 9_000_000);
  await using server = await startFakeServer({
    protocol: 'own',
    script: ({ request, method }) => {
      if (method === 'PATCH') request.socket.resetAndDestroy();
      return method === 'PATCH';
    },
  });
  await using client = await createShamanClient({ url: server.url, timing: { ...QUICK, retryMs: 0 } });
  await expect(client.sendFiles([file])).rejects.toMatchObject({ code: 'ERR_FILES_UNSENT' });
});
