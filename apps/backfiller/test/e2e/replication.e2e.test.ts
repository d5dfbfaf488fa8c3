import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort, temporaryDirectory, waitFor } from '@waybill/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listFiles, readFiles, writeFiles } from './support/archive-files.ts';
import { listening, runOnce, startBackfiller, startServe } from './support/backfiller.ts';
import type { Service } from './support/backfiller.ts';
import { filesOf, makeSegment, makeSegments } from './support/made-segments.ts';
import type { MadeSegment } from './support/made-segments.ts';

const PATIENCE = { timeoutMs: 90_000, intervalMs: 50 };

/** As a recorder does it: written beside, under a temp name of its own, then renamed. */
const recordSegment = (base: string, { path: file, name, content }: MadeSegment): void => {
  const folder = path.join(base, path.dirname(file));
  const temp = path.join(
    folder,
    `${name.split('-').slice(0, 2).join('-')}-temp-0b1d3f60-1c1f-4a52-9d3e-3f6f8a2f8c11.ts`,
  );
  mkdirSync(folder, { recursive: true });
  writeFileSync(temp, content);
  renameSync(temp, path.join(base, file));
};

/** What has its final name. */
const segmentsOf = (base: string): string[] => listFiles(base).filter((file) => !file.includes('-temp-'));

const has = (base: string, segment: MadeSegment) => () => listFiles(base).includes(segment.path);

/** Requests that a node has answered, those for its metrics left out; of one endpoint, where one is given. */
const requestsTo = async (node: Service, endpoint?: string): Promise<number> => {
  const metrics = await node.metrics();
  const name = 'http_request_latency_all_count';
  if (endpoint !== undefined) return metrics.sum(name, { endpoint });
  return metrics.sum(name) - metrics.sum(name, { endpoint: '/metrics' });
};

/** When the pass that began with a connection is over, and no request has come for a while. */
const settledRequestsTo = async (node: Service, endpoint: string): Promise<number> => {
  let before = -1;
  const isSettled = async (): Promise<boolean> => {
    const now = await requestsTo(node, endpoint);
    return now === before || ((before = now), false);
  };
  await waitFor(isSettled, { timeoutMs: 20_000, intervalMs: 1000, what: 'the end of a pass' });
  return before;
};

describe('two nodes that serve and backfill from each other, with an hour between passes', () => {
  const cleanup = new AsyncDisposableStack();
  const ports = { a: 0, b: 0 };
  const bases = { a: '', b: '' };
  let a: Service;
  let b: Service;

  const start = async (which: 'a' | 'b', other: 'a' | 'b'): Promise<Service> => {
    const place = ['--base-dir', bases[which], '--host', '127.0.0.1', '--port', String(ports[which])];
    const source = ['--static-nodes', `http://127.0.0.1:${ports[other]}#name=${other}`, '--interval', '1h'];
    // Maps are made by each node for itself; here whole folders are compared.
    const alone = ['--metrics-port', '0', '--no-coverage'];
    return await listening(await startBackfiller(['run', 'demo', ...place, ...source, ...alone]));
  };

  beforeAll(async () => {
    const all = [...makeSegments(300), ...makeSegments(300, { hour: '2024-03-01T11' })];
    for (const [at, which] of (['a', 'b'] as const).entries()) {
      bases[which] = cleanup.use(await temporaryDirectory()).path;
      ports[which] = await freePort();
      writeFiles(bases[which], filesOf(all.filter((_segment, index) => index % 3 !== at)));
    }
    [a, b] = await Promise.all([start('a', 'b'), start('b', 'a')]);
  });

  afterAll(async () => {
    await Promise.all([a, b].map((node) => node[Symbol.asyncDispose]()));
    await cleanup.disposeAsync();
  });

  it('end equal', async () => {
    await waitFor(() => segmentsOf(bases.a).length === 600 && segmentsOf(bases.b).length === 600, PATIENCE);
    await waitFor(() => [bases.a, bases.b].every((base) => listFiles(base).length === 600), PATIENCE);
    expect(readFiles(bases.a)).toEqual(readFiles(bases.b));
  });

  it('pass on what another program renames into one of them, without a pass', async () => {
    const digests = await requestsTo(a, '/digest');
    const fresh = [makeSegment(3000), makeSegment(10, { hour: '2024-03-01T14' })];
    for (const segment of fresh) {
      recordSegment(bases.a, segment);
      await waitFor(has(bases.b, segment), { ...PATIENCE, what: 'the segment on the other node' });
    }
    expect(await requestsTo(a, '/digest')).toBe(digests);
  });

  it('go on doing so after one was started again, and make up for what came meanwhile', async () => {
    a.kill('SIGTERM');
    expect((await a.exited).code).toBe(0);
    const meanwhile = makeSegment(3100);
    recordSegment(bases.a, meanwhile);
    a = await start('a', 'b');
    await waitFor(has(bases.b, meanwhile), { ...PATIENCE, what: 'what came while it was down' });
    const afterwards = makeSegment(3200);
    const digests = await settledRequestsTo(a, '/digest');
    recordSegment(bases.a, afterwards);
    await waitFor(has(bases.b, afterwards), { ...PATIENCE, what: 'what came afterwards' });
    expect(await requestsTo(a, '/digest')).toBe(digests);
  });
});

describe('a pass in which nothing is to do', () => {
  it('costs one request, whatever the number of hours, qualities and channels', async () => {
    await using source = await temporaryDirectory();
    await using copy = await temporaryDirectory();
    const pairs = ['demo', 'other'].flatMap((channel) => ['source', '480p'].map((quality) => ({ channel, quality })));
    const hours = Array.from({ length: 12 }, (_, hour) => `2024-03-01T${String(hour).padStart(2, '0')}`);
    const segments = pairs.flatMap((pair) => hours.flatMap((hour) => makeSegments(3, { ...pair, hour })));
    writeFiles(source.path, filesOf(segments));
    await using node = await startServe(source.path);
    const args = ['demo', 'other', '--qualities', 'source,480p'];
    expect((await runOnce(copy.path, [node.url], args)).report.totals.segments).toBe(segments.length);
    for (let pass = 0; pass < 2; pass += 1) {
      const before = await requestsTo(node);
      expect((await runOnce(copy.path, [node.url], args)).code).toBe(0);
      expect(await requestsTo(node)).toBe(before + 1);
    }
  });
});
