import { describe, expect, test } from 'vitest';
import {
  CheckoutTakenError,
  createShamanClient,
  FileChangedError,
  FilesUnsentError,
  FileUnreadableError,
} from '../src/index.ts';
import type { ClientFile } from '../src/index.ts';
import { QUICK, testFile, testFiles } from './support/files.ts';
import { early, startFakeServer } from './support/fake-server.ts';

const both = ['v2', 'v3'] as const;

describe.each(both)('%s', (protocol) => {
  test('sends what the server lacks, once for each content, and checks all out', async () => {
    await using server = await startFakeServer({ protocol });
    await using client = await createShamanClient({ url: server.url, timing: QUICK });
    const [first, second] = [testFile('a b.blend'), testFile('größe/日本.png', 200_000)];
    const files = [first, second, { ...first, path: 'copy.blend' }];
    const report = await client.sendFiles(files, { checkout: 'job_01' });
    expect(report).toMatchObject({
      protocol,
      bodies: 2,
      sentBytes: 200_100,
      skippedFiles: 1,
      skippedBytes: 100,
      deferrals: 0,
      retries: 0,
    });
    expect(report.checkoutPath).toBe(protocol === 'v2' ? '01/job_01' : 'job_01');
    expect(server.stored.get(second.key)).toEqual(second.content);
    expect(server.checkouts.get('job_01')?.map(({ path }) => path)).toEqual([
      'a b.blend',
      'größe/日本.png',
      'copy.blend',
    ]);
    // The requirements, two bodies, the checkout.
    expect(report.requests).toBe(4);
  });

  test('a second time sends no body', async () => {
    await using server = await startFakeServer({ protocol });
    await using client = await createShamanClient({ url: server.url, timing: QUICK });
    const files = testFiles(20);
    await client.sendFiles(files, { checkout: 'one' });
    const report = await client.sendFiles(files, { checkout: 'two' });
    expect(report).toMatchObject({ bodies: 0, sentBytes: 0, skippedFiles: 20, skippedBytes: 2000, requests: 2 });
  });

  test('a file that somebody else is sending is waited for, and not lost', async () => {
    const files = testFiles(10);
    const [busy] = files;
    await using server = await startFakeServer({ protocol });
    server.uploading.add(busy?.key ?? '');
    await using client = await createShamanClient({ url: server.url, timing: { ...QUICK, patienceMs: 5000 } });
    const sending = client.sendFiles(files, { checkout: 'job' });
    setTimeout(() => void server.stored.set(busy?.key ?? '', busy?.content ?? Buffer.alloc(0)), 60);
    const report = await sending;
    expect(report).toMatchObject({ bodies: 9, skippedFiles: 1 });
    expect(server.bodies.has(busy?.key ?? '')).toBe(false);
    expect(server.checkouts.get('job')).toHaveLength(10);
  });

  test('a file that is taken up by somebody else between question and upload is deferred, and its body is not sent', async () => {
    const files = testFiles(10, 50_000);
    const [busy] = files;
    const key = busy?.key ?? '';
    await using server = await startFakeServer({
      protocol,
      script: ({ key: asked, attempt }) => {
        if (asked === key && attempt === 1) {
          server.uploading.add(key);
          setTimeout(() => {
            server.uploading.delete(key);
            server.stored.set(key, busy?.content ?? Buffer.alloc(0));
          }, 50);
        }
        return false;
      },
    });
    await using client = await createShamanClient({ url: server.url, timing: { ...QUICK, patienceMs: 5000 } });
    const report = await client.sendFiles(files, { checkout: 'job' });
    expect(report).toMatchObject({ bodies: 9, deferrals: 1, sentBytes: 450_000, retries: 0 });
    expect(busy?.opened).toEqual([]);
    expect(server.checkouts.get('job')).toHaveLength(10);
  });

  test('who never finishes is not waited for for ever: the file is sent without leave to defer', async () => {
    const [file] = testFiles(1);
    await using server = await startFakeServer({ protocol });
    server.uploading.add(file?.key ?? '');
    await using client = await createShamanClient({ url: server.url, timing: QUICK });
    const report = await client.sendFiles([file as ClientFile], { checkout: 'job' });
    expect(report).toMatchObject({ bodies: 1, sentBytes: 100 });
    expect(server.stored.has(file?.key ?? '')).toBe(true);
  });

  test('a connection that breaks in the middle of a body is made good', async () => {
    const files = testFiles(5, 300_000);
    await using server = await startFakeServer({
      protocol,
      script: ({ request, response, key, attempt }) => {
        if (key !== files[2]?.key || attempt > 2) return false;
        response.writeContinue();
        request.once('data', () => request.socket.resetAndDestroy());
        return true;
      },
    });
    await using client = await createShamanClient({ url: server.url, timing: QUICK });
    const report = await client.sendFiles(files, { checkout: 'job' });
    expect(report).toMatchObject({ bodies: 7, deferrals: 2 });
    expect(server.checkouts.get('job')).toHaveLength(5);
  });

  test('a connection that breaks because somebody else was quicker costs no second body', async () => {
    const files = testFiles(5, 300_000);
    const other = files[2];
    await using server = await startFakeServer({
      protocol,
      script: ({ request, key }) => {
        if (key === undefined || key !== other?.key) return false;
        server.stored.set(key, other.content);
        request.socket.resetAndDestroy();
        return true;
      },
    });
    await using client = await createShamanClient({ url: server.url, timing: QUICK });
    const report = await client.sendFiles(files, { checkout: 'job' });
    expect(report).toMatchObject({ bodies: 4, sentBytes: 1_200_000 });
  });

  test('an answer that comes while the body is streaming ends the body', async () => {
    const [file] = testFiles(1, 20_000_000);
    const key = file?.key ?? '';
    await using server = await startFakeServer({
      protocol,
      script: ({ request, response, key: asked, attempt }) => {
        if (asked !== key || attempt > 1) return false;
        response.writeContinue();
        request.once('data', () => {
          server.stored.set(key, file?.content ?? Buffer.alloc(0));
          early(response, 208);
          request.on('data', () => undefined);
        });
        return true;
      },
    });
    await using client = await createShamanClient({ url: server.url, timing: QUICK });
    const report = await client.sendFiles([file as ClientFile], { checkout: 'job' });
    expect(report.sentBytes).toBeLessThan(20_000_000);
    expect(report).toMatchObject({ bodies: 1, skippedFiles: 1 });
  });

  test('a server that is in trouble now and then is asked again', async () => {
    let troubles = 0;
    await using server = await startFakeServer({
      protocol,
      script: ({ response, path }) => {
        const isTrouble = !path.startsWith('waybill/') && troubles % 3 === 1;
        troubles += 1;
        if (isTrouble) early(response, troubles % 2 === 0 ? 503 : 500, { 'retry-after': '0' });
        return isTrouble;
      },
    });
    await using client = await createShamanClient({ url: server.url, timing: QUICK, protocol, token: 'x.y.z' });
    const report = await client.sendFiles(testFiles(12));
    expect(report).toMatchObject({ bodies: 12, skippedFiles: 0 });
    expect(report.retries).toBeGreaterThan(3);
    expect(server.stored.size).toBe(12);
  });

  test('after a few failures the server is asked anew what it lacks', async () => {
    await using server = await startFakeServer({
      protocol,
      script: ({ response, key, method }) => {
        const isBad = key !== undefined && method === 'POST' && server.count(/^POST .*requirements/) < 2;
        if (isBad) early(response, 500);
        return isBad;
      },
    });
    await using client = await createShamanClient({ url: server.url, timing: QUICK, protocol, token: 'x.y.z' });
    await client.sendFiles(testFiles(100), { concurrency: 1 });
    expect(server.count(/files/)).toBe(109);
    expect(server.count(/requirements/)).toBe(2);
  });

  test('a server that takes nothing gets an end, and the error lists what is missing', async () => {
    const files = testFiles(3);
    await using server = await startFakeServer({
      protocol,
      script: ({ response, key, method }) => {
        const isBad = key !== undefined && key !== files[0]?.key && method === 'POST';
        if (isBad) early(response, 500);
        return isBad;
      },
    });
    await using client = await createShamanClient({
      url: server.url,
      timing: { ...QUICK, retryMs: 0 },
      protocol,
      token: 'x.y.z',
    });
    const error: unknown = await client.sendFiles(files).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FilesUnsentError);
    expect((error as FilesUnsentError).files.map(({ path }) => path)).toEqual(['dir/file 1.bin', 'dir/file 2.bin']);
  });

  test('a body that stalls is broken off after the idle time', async () => {
    const [file] = testFiles(1, 20_000_000);
    await using server = await startFakeServer({
      protocol,
      script: ({ request, response, key, attempt }) => {
        if (key !== file?.key || attempt > 1) return false;
        response.writeContinue();
        request.pause();
        return true;
      },
    });
    await using client = await createShamanClient({ url: server.url, timing: { ...QUICK, idleTimeoutMs: 150 } });
    const report = await client.sendFiles([file as ClientFile]);
    expect(report.bodies).toBe(2);
    expect(server.stored.size).toBe(1);
  });

  test('a server that never says 100 Continue gets the body all the same, and is not waited for again', async () => {
    await using server = await startFakeServer({ protocol, continues: false });
    await using client = await createShamanClient({ url: server.url, timing: { ...QUICK, continueMs: 60 } });
    const seen: boolean[] = [];
    const files = testFiles(10, 1000).map((file) => ({
      ...file,
      open: (options: { start: number }) => (seen.push(true), file.open(options)),
    }));
    const report = await client.sendFiles(files, { concurrency: 1 });
    expect(report).toMatchObject({ bodies: 10, retries: 0, deferrals: 0 });
    expect(seen).toHaveLength(10);
  });

  test('417 of a server that does not know Expect is no mismatch', async () => {
    await using server = await startFakeServer({
      protocol,
      script: ({ request, response }) => {
        if (request.headers.expect === undefined) return false;
        early(response, 417);
        return true;
      },
    });
    await using client = await createShamanClient({ url: server.url, timing: QUICK });
    expect(await client.sendFiles(testFiles(2))).toMatchObject({ bodies: 2 });
  });

  test('a file that was changed after it was hashed is named', async () => {
    const [file] = testFiles(1);
    await using server = await startFakeServer({ protocol });
    await using client = await createShamanClient({ url: server.url, timing: QUICK });
    const changed = (content: string): ClientFile => ({ ...(file as ClientFile), open: () => chunks(content) });
    for (const content of ['x'.repeat(100), 'short', 'x'.repeat(101)]) {
      const error: unknown = await client.sendFiles([changed(content)]).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(FileChangedError);
      expect((error as FileChangedError).file.path).toBe('dir/file 0.bin');
    }
    expect(server.stored.size).toBe(0);
  });

  test('a file that cannot be read is named, with the reason', async () => {
    const [file, ...rest] = testFiles(5);
    const cause = new Error('EIO');
    await using server = await startFakeServer({ protocol });
    await using client = await createShamanClient({ url: server.url, timing: QUICK });
    const broken: ClientFile = { ...(file as ClientFile), open: () => failing(cause) };
    const error: unknown = await client.sendFiles([broken, ...rest]).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FileUnreadableError);
    expect(error).toMatchObject({ path: 'dir/file 0.bin', cause });
  });

  test('a checkout that fails for lack of files is made after they are sent again', async () => {
    let isGone = false;
    const files = testFiles(4);
    await using server = await startFakeServer({
      protocol,
      script: ({ path }) => {
        if (path.includes('checkout/create') && !isGone) {
          isGone = true;
          server.stored.delete(files[1]?.key ?? '');
        }
        return false;
      },
    });
    await using client = await createShamanClient({ url: server.url, timing: QUICK });
    const report = await client.sendFiles(files, { checkout: 'job' });
    expect(report).toMatchObject({ bodies: 5, retries: 1 });
    expect(server.checkouts.get('job')).toHaveLength(4);
  });

  test('an abort ends everything, with the reason of the signal', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    await using server = await startFakeServer({
      protocol,
      script: ({ response, key, method }) => {
        if (key === undefined || method !== 'POST') return false;
        response.writeContinue();
        setTimeout(() => controller.abort(reason), 20);
        return true;
      },
    });
    await using client = await createShamanClient({ url: server.url, timing: QUICK });
    await expect(client.sendFiles(testFiles(10, 300_000), { signal: controller.signal })).rejects.toBe(reason);
    const before = server.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.calls).toHaveLength(before);
  });

  test('digests are computed where they are not known, no more at a time than asked for', async () => {
    let [running, most] = [0, 0];
    const files = testFiles(10).map((file) => ({
      ...file,
      sha: async () => {
        most = Math.max(most, (running += 1));
        await new Promise((resolve) => setTimeout(resolve, 1));
        running -= 1;
        return file.sha;
      },
    }));
    await using server = await startFakeServer({ protocol });
    await using client = await createShamanClient({ url: server.url, timing: QUICK });
    expect(await client.sendFiles(files, { concurrency: 3 })).toMatchObject({ bodies: 10 });
    expect(most).toBe(3);
  });

  test('progress is told of each content', async () => {
    const told: string[] = [];
    let bytes = 0;
    await using server = await startFakeServer({ protocol });
    await using client = await createShamanClient({ url: server.url, timing: QUICK });
    const files = testFiles(2);
    const progress = {
      required: ({ files: count, sizeBytes }: { files: number; sizeBytes: number }) =>
        told.push(`required ${count} ${sizeBytes}`),
      bytesSent: (sent: number) => (bytes += sent),
      fileStored: ({ path }: { path: string }, by: string) => told.push(`${path} ${by}`),
    };
    await client.sendFiles(files, { progress, concurrency: 1 });
    expect(told).toEqual(['required 2 200', 'dir/file 0.bin us', 'dir/file 1.bin us']);
    expect(bytes).toBe(200);
  });
});

describe('four clients with the same 100 files', () => {
  test.each(both)('%s: hardly a body more than needed arrives', async (protocol) => {
    const files = testFiles(100, 2000);
    await using server = await startFakeServer({
      protocol,
      // Claims a file with the head of the first upload, as the originals do.
      script: ({ key, method, request, response }) => {
        if (key === undefined || method !== 'POST' || server.stored.has(key) || server.uploading.has(key)) return false;
        server.uploading.add(key);
        const left = () => server.uploading.delete(key);
        response.once('close', left);
        request.once('close', left);
        delete request.headers['x-shaman-can-defer-upload'];
        return false;
      },
    });
    const reports = await Promise.all(
      Array.from({ length: 4 }, async (_each, place) => {
        await using client = await createShamanClient({ url: server.url, timing: { ...QUICK, patienceMs: 5000 } });
        return await client.sendFiles(files, { checkout: `job_${place}` });
      }),
    );
    expect(server.checkouts.size).toBe(4);
    expect([...server.bodies.values()].flat().length).toBe(100);
    expect(reports.reduce((sum, { bodies }) => sum + bodies, 0)).toBe(100);
  });
});

test('v2: a checkout that exists is an error of its own', async () => {
  await using server = await startFakeServer({ protocol: 'v2' });
  await using client = await createShamanClient({ url: server.url, timing: QUICK });
  await client.sendFiles(testFiles(1), { checkout: 'job' });
  await expect(client.sendFiles(testFiles(1), { checkout: 'job' })).rejects.toBeInstanceOf(CheckoutTakenError);
});

test('v2: a name that a line cannot say, and an id that is none, are refused before anything is sent', async () => {
  await using server = await startFakeServer({ protocol: 'v2' });
  await using client = await createShamanClient({ url: server.url, timing: QUICK });
  const before = server.calls.length;
  for (const path of [' a', 'a ', 'a\nb'])
    await expect(client.sendFiles([testFile(path)])).rejects.toMatchObject({ code: 'ERR_FILE_PATH_INVALID' });
  await expect(client.sendFiles([testFile('a')], { checkout: '../x' })).rejects.toMatchObject({
    code: 'ERR_CHECKOUT_NAME_INVALID',
  });
  expect(server.calls).toHaveLength(before);
});

test('v3: the path that was used is told, where it is another', async () => {
  await using server = await startFakeServer({ protocol: 'v3' });
  await using client = await createShamanClient({ url: server.url, timing: QUICK });
  await client.sendFiles(testFiles(1), { checkout: 'My Job' });
  expect((await client.sendFiles(testFiles(1), { checkout: 'My Job' })).checkoutPath).toBe('My Job-x1y2');
});

test('v3: the original answers 500 for files that are missing: they are asked for, and sent again', async () => {
  const files = testFiles(3);
  let isGone = false;
  await using server = await startFakeServer({
    protocol: 'v3',
    missingStatus: 500,
    script: ({ path }) => {
      if (path.includes('checkout/create') && !isGone) {
        isGone = true;
        server.stored.delete(files[1]?.key ?? '');
      }
      return false;
    },
  });
  await using client = await createShamanClient({ url: server.url, timing: QUICK });
  expect(await client.sendFiles(files, { checkout: 'job' })).toMatchObject({ bodies: 4, checkoutPath: 'job' });
});

test('a server that asks for a file that was not offered is not obeyed', async () => {
  const script =
    (text: string) =>
    ({ path, response }: { path: string; response: { end(text: string): unknown } }) => {
      if (!path.includes('requirements')) return false;
      response.end(text);
      return true;
    };
  await using v2 = await startFakeServer({ protocol: 'v2', script: script('file-unknown /etc/passwd\n') });
  await using one = await createShamanClient({ url: v2.url, timing: QUICK, protocol: 'v2', token: 'x.y.z' });
  await expect(one.sendFiles(testFiles(1))).rejects.toMatchObject({ code: 'ERR_ANSWER_INVALID' });
  const stranger = { sha: '0'.repeat(64), size: 1, path: 'a', status: 'unknown' };
  await using v3 = await startFakeServer({ protocol: 'v3', script: script(JSON.stringify({ files: [stranger] })) });
  await using other = await createShamanClient({ url: v3.url, timing: QUICK, protocol: 'v3' });
  await expect(other.sendFiles(testFiles(1))).rejects.toMatchObject({ code: 'ERR_ANSWER_INVALID' });
});

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

async function* failing(error: Error): AsyncGenerator<Uint8Array> {
  yield Buffer.from('x');
  throw error;
}
