import { NodeUnreachableError } from '@waybill/http-kit';
import { waitFor } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { withCircuitBreaker } from '../../src/remote/with-circuit-breaker.ts';
import { createMemoryRemoteNode } from '../support/memory-remote-node.ts';
import type { MemoryRemoteNode } from '../support/memory-remote-node.ts';
import {
  archiveWith,
  CHANNEL,
  filesOf,
  HOUR,
  makeSegment,
  makeSegments,
  namesIn,
  NOW_MS,
  openScene,
  QUALITY,
  stateOf,
} from './support.ts';

const unreachable = (): never => {
  throw new NodeUnreachableError({ url: 'http://node.test', cause: new Error('ECONNREFUSED') });
};

const contents = ['fetchSegment', 'fetchBatch'];

describe.each([
  { kind: 'a wubloader node', protocol: null },
  { kind: 'a node of ours', protocol: 1 as const },
])('with $kind', ({ protocol }) => {
  it('drops content that is not what its name says, counts it, and takes the copy of another node', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const segments = makeSegments(20);
    const bad = createMemoryRemoteNode({ name: 'bad', protocol, files: filesOf(segments) });
    for (const { path: file } of segments.slice(0, 6)) bad.put(file, new Uint8Array([1, 2, 3]));
    const good = createMemoryRemoteNode({ name: 'good', protocol, files: filesOf(segments) });
    const { engine, metric, logged } = scene.engine({ nodes: [bad, good] });

    const report = await engine.runPass();

    expect(report).toMatchObject({ complete: true, totals: { segments: 20, verified: 20, failed: {} } });
    expect(await namesIn(archive)).toHaveLength(20);
    expect(await metric('hash_mismatches_total', { remote: 'bad' })).toBe(report.totals.mismatches);
    expect(logged(/^Hash of segment .* does not match. Discarding segment$/, 40).length).toBeLessThanOrEqual(1);
    expect(bad.contentsServed + good.contentsServed).toBe(20 + report.totals.mismatches);
  });

  it('reports what no node can bring, and asks a node for its bad copy only after a growing delay', async () => {
    await using scene = await openScene();
    const [bad, good] = [makeSegment(0), makeSegment(2)];
    const node = createMemoryRemoteNode({ protocol, files: filesOf([bad, good]) });
    node.put(bad.path, new Uint8Array([1]));
    let nowMs = NOW_MS;
    const { engine } = scene.engine({ nodes: [node], now: () => nowMs });

    expect(await engine.runPass()).toMatchObject({ complete: false, totals: { segments: 1, failed: { mismatch: 1 } } });
    const attempts: number[] = [];
    for (let minute = 0; minute < 60; minute += 2) {
      nowMs = NOW_MS + minute * 60_000;
      const before = node.contentsServed;
      const report = await engine.runPass();
      expect(report.complete).toBe(false);
      if (node.contentsServed > before) attempts.push(minute);
      else expect(report.totals.skipped).toEqual({ 'bad-copy': 1 });
    }
    // 30 passes: again after about 2, 4, 8, 16, 32 minutes, never in each pass.
    expect(attempts.length).toBeGreaterThanOrEqual(3);
    expect(attempts.length).toBeLessThanOrEqual(5);

    node.put(bad.path, bad.content);
    nowMs += 36 * 3_600_000;
    expect(await engine.runPass()).toMatchObject({ complete: true, totals: { segments: 1 } });
  });

  it('reaches all older hours when one segment in the newest is listed and not there', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const segments = ['2026-05-01T08', '2026-05-01T09', HOUR].flatMap((hour) => makeSegments(10, { hour }));
    const [first] = segments.filter(({ path: file }) => file.includes(HOUR));
    const node = createMemoryRemoteNode({ protocol, files: filesOf(segments) });
    node.onCall = ({ method, target }) => {
      if (contents.includes(method) && first !== undefined) node.remove(first.path);
      if (method === 'listHour' && first !== undefined && target.endsWith(HOUR)) node.put(first.path, first.content);
    };
    const { engine } = scene.engine({ nodes: [node] });

    expect(await engine.runPass()).toMatchObject({ complete: false, totals: { segments: 29, failed: { missing: 1 } } });
    expect(await namesIn(archive, { hour: '2026-05-01T08' })).toHaveLength(10);
  });

  it('takes everything from the other node when one dies in the middle, with few further requests to it', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const segments = makeSegments(1000);
    let asked = 0;
    const dying = createMemoryRemoteNode({ name: 'dying', protocol, files: filesOf(segments) });
    dying.onCall = ({ method }) => {
      if (contents.includes(method) && ++asked > 50) unreachable();
    };
    const other = createMemoryRemoteNode({ name: 'other', protocol, files: filesOf(segments) });
    const nodes = [withCircuitBreaker(dying), other];
    const { engine, lines } = scene.engine({ nodes });

    const report = await engine.runPass();

    expect(await namesIn(archive)).toHaveLength(1000);
    expect(report.totals).toMatchObject({ segments: 1000, failed: {} });
    expect(asked).toBeLessThan(75);
    expect(lines.filter(({ level, remote }) => level >= 30 && remote === 'dying').length).toBeLessThan(10);
  });

  it('gives up the rest of a pass over a node that died, without asking it for each segment', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const node = createMemoryRemoteNode({ protocol, files: filesOf(makeSegments(1000)) });
    let asked = 0;
    node.onCall = ({ method }) => {
      if (!contents.includes(method)) return;
      asked += 1;
      if (asked > 100) unreachable();
    };
    const guarded = withCircuitBreaker(node, { backoff: { baseMs: 1, maxAttemptExponent: 0 }, now: () => 0 });
    const { engine, lines } = scene.engine({ nodes: [guarded] });

    const report = await engine.runPass();

    expect(report.complete).toBe(false);
    const { failed, segments } = report.totals;
    expect(segments + Object.values(failed).reduce((sum, count) => sum + count, 0)).toBe(1000);
    expect(asked).toBeLessThan(115);
    expect(lines.filter(({ level }) => level >= 30).length).toBeLessThan(10);
    expect((await namesIn(archive)).length).toBe(segments);
  });

  it('lets a node that never answers delay neither hours nor nodes', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const segments = makeSegments(200);
    const hanging = createMemoryRemoteNode({
      name: 'hanging',
      protocol,
      files: filesOf([...segments, makeSegment(1000)]),
    });
    const controller = new AbortController();
    hanging.onCall = async ({ method }, { signal }) => {
      if (contents.includes(method)) await untilAborted(signal);
    };
    const good = createMemoryRemoteNode({ name: 'good', protocol, files: filesOf(segments) });
    const { engine } = scene.engine({
      nodes: [hanging, good],
      settings: { batchSize: 8 },
    });
    // What the hanging node has begun is its own; everything else comes from the other one.
    const others = Promise.withResolvers<undefined>();
    let arrived = 0;
    archive.onPublished(() => {
      if (++arrived === 200 - 5 * 8) others.resolve(undefined);
    });

    const pass = engine.runPass({ signal: controller.signal });
    await others.promise;
    controller.abort();
    expect((await pass).stoppedBy).toBe('signal');
  });
});

const untilAborted = (signal: AbortSignal | undefined): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });

describe('requests that never end', () => {
  it('do not take the turns of other nodes for longer than the time after which they count as slow', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const hanging = createMemoryRemoteNode({
      name: 'hanging',
      files: filesOf(makeSegments(10, { hour: '2026-05-01T11' })),
    });
    hanging.onCall = async ({ method }, { signal }) => {
      if (contents.includes(method)) await untilAborted(signal);
    };
    const good = createMemoryRemoteNode({ name: 'good', files: filesOf(makeSegments(50)) });
    const settings = { totalConcurrency: 2, slowAfterMs: 1, batchSize: 4 };
    const nodes = [hanging, good];
    const { engine } = scene.engine({ nodes, settings });
    const controller = new AbortController();
    const pass = engine.runPass({ signal: controller.signal });
    await waitFor(async () => (await namesIn(archive)).length === 50);
    controller.abort();
    await pass;
  });
});

describe('a batch that breaks off', () => {
  it('fetches only what it had not brought yet, each item once', async () => {
    await using scene = await openScene();
    const node = createMemoryRemoteNode({ files: filesOf(makeSegments(100)) });
    let items = 0;
    node.onCall = ({ method, target }) => {
      if (method === 'fetchBatch' && target.split('/').length === 4 && ++items === 30) unreachable();
    };
    const { engine } = scene.engine({ nodes: [node] });

    expect(await engine.runPass()).toMatchObject({ complete: true, totals: { segments: 100 } });
    expect(node.contentsServed).toBe(100);
  });

  it('gives an item up after three batches that broke off before it', async () => {
    await using scene = await openScene();
    const node = createMemoryRemoteNode({ files: filesOf(makeSegments(100)) });
    node.onCall = ({ method }) => {
      if (contents.includes(method)) unreachable();
    };
    const { engine } = scene.engine({ nodes: [node] });

    expect(await engine.runPass()).toMatchObject({
      complete: false,
      totals: { segments: 0, failed: { unreachable: 100 } },
    });
    expect(node.countCalls('fetchBatch')).toBeLessThanOrEqual(3 * 30);
  });

  it('refuses items in another order than asked for', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const segments = makeSegments(30);
    const node = createMemoryRemoteNode({ files: filesOf(segments) });
    const { fetchBatch } = node;
    const lying: MemoryRemoteNode = Object.assign(node, {
      fetchBatch: (channel: string, quality: string, hour: string, names: readonly string[]) =>
        fetchBatch(channel, quality, hour, [...names].reverse()),
    });
    const { engine } = scene.engine({ nodes: [lying] });
    expect((await engine.runPass()).totals).toMatchObject({
      mismatches: 0,
      failed: { 'invalid-reply': expect.any(Number) as number },
    });
    for (const name of await namesIn(archive)) expect(segments.map((segment) => segment.name)).toContain(name);
  });
});

describe('an item that no node can bring', () => {
  it('is counted once, and makes the pass over each node that has it incomplete', async () => {
    await using scene = await openScene();
    const segment = makeSegment(0);
    const nodes = ['a', 'b'].map((name) =>
      createMemoryRemoteNode({ name, files: { [segment.path]: new Uint8Array([1]) } }),
    );
    const { engine } = scene.engine({ nodes });
    const report = await engine.runPass();
    expect(report.totals).toMatchObject({ mismatches: 2, failedAttempts: 2, failed: { mismatch: 1 } });
    expect(report.nodes.map(({ complete }) => complete)).toEqual([false, false]);
  });
});

describe('our own file system', () => {
  it('is not asked again for an hour that it refuses, and does not count against the node', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const node = createMemoryRemoteNode({
      protocol: null,
      files: filesOf([...makeSegments(200), makeSegment(0, { hour: '2026-05-01T09' })]),
    });
    const refusing = archiveWith(archive, {
      publishSegment: (address, content, options) => {
        if (address.hour === HOUR) throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
        return archive.publishSegment(address, content, options);
      },
    });
    const { engine, logged } = scene.engine({ archive: refusing, nodes: [node], state: stateOf(scene.base) });

    const report = await engine.runPass();

    expect(report).toMatchObject({ complete: false, totals: { segments: 1, failed: { local: 200 } } });
    expect(node.contentsServed).toBeLessThan(10);
    expect(logged(/could not be fetched \(local\)/, 40)).toHaveLength(1);
  });
});

describe('chat', () => {
  it('is verified like segments, and a batch that was merged away meanwhile is no failure', async () => {
    await using scene = await openScene();
    const segment = makeSegment(0);
    const hash = segment.name.split('-').slice(3).join('-').replace('.ts', '');
    const [here, gone] = [`${CHANNEL}/chat/${HOUR}/10:00-${hash}.json`, `${CHANNEL}/chat/${HOUR}/11:00-${hash}.json`];
    const node = createMemoryRemoteNode({
      protocol: null,
      files: { [here]: segment.content, [gone]: segment.content },
    });
    node.onCall = ({ method }) => {
      if (method === 'fetchSegment') node.remove(gone);
    };
    const { engine } = scene.engine({
      nodes: [node],
      settings: { qualities: [QUALITY, 'chat'] },
    });

    const report = await engine.runPass();

    expect(report).toMatchObject({
      complete: true,
      totals: { segments: 1, verified: 1, skipped: { 'chat-gone': 1 }, failed: {} },
    });
  });
});
