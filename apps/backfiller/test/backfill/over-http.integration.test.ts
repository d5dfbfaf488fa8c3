import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createHttpClient } from '@waybill/http-kit';
import { temporaryDirectory, waitFor } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { createHttpRemoteNode } from '../../src/remote/http-remote-node.ts';
import { withCircuitBreaker } from '../../src/remote/with-circuit-breaker.ts';
import { serve } from '../serve/support.ts';
import { startRawHttpServer } from '../support/raw-http-server.ts';
import { CHANNEL, HOUR, makeEngine, makeSegment, makeSegments, namesIn, openTestArchive, QUALITY } from './support.ts';
import type { MadeSegment } from './support.ts';

const TRUST = { tombstones: true, extras: true, replace: false };

const put = async (base: string, { path: file, content }: MadeSegment): Promise<void> => {
  const target = path.join(base, file);
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(`${target}.tmp`, content);
  await rename(`${target}.tmp`, target);
};

/** What the second node needs: a folder, and a client to reach the first one. */
const setUp = async () => {
  const stack = new AsyncDisposableStack();
  const [a, b] = [stack.use(await temporaryDirectory()), stack.use(await temporaryDirectory())];
  const client = createHttpClient({ userAgent: 'waybill-test' });
  stack.defer(() => client.close());
  const archive = stack.use(await openTestArchive(b.path));
  const connect = (url: string, name = 'a') =>
    withCircuitBreaker(createHttpRemoteNode({ url, name, trust: TRUST, client }));
  const dispose = (): Promise<void> => stack.disposeAsync();
  return {
    a: a.path,
    archive,
    connect,
    state: path.join(b.path, '.waybill'),
    base: b.path,
    [Symbol.asyncDispose]: dispose,
  };
};

describe('two nodes of ours over HTTP', () => {
  it('have the same archive after a pass; the next one costs one request', async () => {
    await using scene = await setUp();
    const large = makeSegment(100, { text: 'large'.padEnd(900_000, 'x') });
    for (const segment of [...makeSegments(40), large, makeSegment(0, { hour: '2026-05-01T09' })])
      await put(scene.a, segment);
    await using served = await serve(scene.a);
    let requests = 0;
    served.app.app.server.on('request', () => (requests += 1));
    const { engine } = makeEngine({ ...scene, nodes: [scene.connect(served.url)] });

    expect(await engine.runPass()).toMatchObject({ complete: true, totals: { segments: 42, verified: 42 } });
    expect(await scene.archive.rootDigest()).toEqual(await served.archive.rootDigest());
    requests = 0;
    expect((await engine.runPass()).complete).toBe(true);
    expect(requests).toBe(1);

    // Also for a program that starts anew.
    requests = 0;
    const again = makeEngine({ ...scene, nodes: [scene.connect(served.url)] });
    expect((await again.engine.runPass()).complete).toBe(true);
    expect(requests).toBe(1);
  });

  it('bring a segment that another process renames in on one to the other, by its event and not by a pass', async () => {
    await using scene = await setUp();
    await put(scene.a, makeSegment(0));
    await using served = await serve(scene.a, {}, { watch: true });
    const urls: string[] = [];
    served.app.app.server.on('request', (request: { url: string }) => urls.push(request.url));
    const now = (): number => Date.parse('2026-05-01T10:10:00Z');
    const { engine, logged } = makeEngine({ ...scene, nodes: [scene.connect(served.url)], now });
    const controller = new AbortController();
    const running = engine.run(controller.signal);
    await waitFor(() => logged(/^Backfill complete$/).length > 0 && urls.some((url) => url.startsWith('/events')));
    const passes = urls.filter((url) => url === '/digest').length;

    const fresh = makeSegment(580);
    await put(scene.a, fresh);
    await waitFor(async () => (await namesIn(scene.archive)).includes(fresh.name));

    expect(urls.filter((url) => url === '/digest')).toHaveLength(passes);
    controller.abort();
    await running;
  });
});

describe('a node that dribbles', () => {
  it('delays neither the end after a signal nor leaves a temp file', async () => {
    await using scene = await setUp();
    const segment = makeSegment(0);
    let timer: NodeJS.Timeout | undefined;
    await using server = await startRawHttpServer(({ target }, socket) => {
      const json = (body: unknown): void => {
        const text = JSON.stringify(body);
        socket.write(`HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: ${text.length}\r\n\r\n${text}`);
      };
      if (target.startsWith('/digest')) socket.write('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
      else if (target.startsWith(`/files/${CHANNEL}/${QUALITY}/`)) json([segment.name]);
      else if (target.startsWith('/files')) json([HOUR]);
      else {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n');
        timer = setInterval(() => socket.write('x'), 50);
        socket.on('error', () => clearInterval(timer));
        socket.on('close', () => clearInterval(timer));
      }
    });
    const { engine } = makeEngine({ ...scene, nodes: [scene.connect(server.url)] });
    const controller = new AbortController();
    const pass = engine.runPass({ signal: controller.signal });
    await waitFor(() => timer !== undefined);
    controller.abort();
    expect(await pass).toMatchObject({ complete: false, stoppedBy: 'signal', totals: { segments: 0 } });
    const left = await readdir(scene.base, { recursive: true });
    expect(left.filter((name) => name.includes('temp'))).toEqual([]);
    clearInterval(timer);
  });
});
