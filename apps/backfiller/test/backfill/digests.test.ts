import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { createMemoryRemoteNode } from '../support/memory-remote-node.ts';
import type { MemoryRemoteNode } from '../support/memory-remote-node.ts';
import {
  CHANNEL,
  filesOf,
  HOUR,
  makeEngine,
  makeSegment,
  makeSegments,
  namesIn,
  openScene,
  openTestArchive,
  QUALITY,
  stateOf,
} from './support.ts';

/** Calls that cost a request; `protocol` is answered from memory after the first time. */
const requests = (node: MemoryRemoteNode): string[] =>
  node.calls.filter(({ method }) => method !== 'protocol').map(({ method }) => method);

describe('a pass over a node of ours', () => {
  it('costs one request where nothing is to do, also for an engine that starts anew', async () => {
    await using scene = await openScene();
    const hours = ['2026-05-01T08', '2026-05-01T09', HOUR];
    const node = createMemoryRemoteNode({ files: filesOf(hours.flatMap((hour) => makeSegments(10, { hour }))) });
    const first = scene.engine({ nodes: [node] });
    expect(await first.engine.runPass()).toMatchObject({ complete: true, totals: { segments: 30 } });

    for (const engine of [first.engine, scene.engine({ nodes: [node] }).engine]) {
      node.forgetCalls();
      expect(await engine.runPass()).toMatchObject({ complete: true, totals: { segments: 0 } });
      expect(requests(node)).toEqual(['digest']);
    }
  });

  it('costs one request for each of several nodes with the same content', async () => {
    await using scene = await openScene();
    const files = filesOf(makeSegments(10));
    const nodes = ['a', 'b', 'c'].map((name) => createMemoryRemoteNode({ name, files }));
    const { engine } = scene.engine({ nodes });
    await engine.runPass();
    for (const node of nodes) node.forgetCalls();
    await engine.runPass();
    expect(nodes.map(requests)).toEqual([['digest'], ['digest'], ['digest']]);
  });

  it('costs one request where both differ lawfully, once that is known', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const [ours, theirs] = [makeSegment(0, { text: 'ours' }), makeSegment(0, { text: 'theirs' })];
    await archive.publishSegment({ channel: CHANNEL, quality: QUALITY, hour: HOUR, name: ours.name }, ours.content);
    const node = createMemoryRemoteNode({ files: filesOf([theirs, makeSegment(10)]) });
    const { engine } = scene.engine({ nodes: [node] });

    for (let pass = 0; pass < 2; pass += 1) await engine.runPass();
    node.forgetCalls();
    const report = await engine.runPass();

    expect(report).toMatchObject({ complete: true, totals: { skipped: {} } });
    expect(requests(node)).toEqual(['digest']);
  });

  it('lists only the hour that changed', async () => {
    await using scene = await openScene();
    const hours = ['2026-05-01T08', '2026-05-01T09', HOUR];
    const node = createMemoryRemoteNode({ files: filesOf(hours.flatMap((hour) => makeSegments(10, { hour }))) });
    const { engine } = scene.engine({ nodes: [node] });
    await engine.runPass();
    const added = makeSegment(1000, { hour: '2026-05-01T09' });
    node.put(added.path, added.content);
    node.forgetCalls();

    expect(await engine.runPass()).toMatchObject({ complete: true, totals: { segments: 1 } });
    expect(node.calls.filter(({ method }) => method === 'listHour')).toEqual([
      { method: 'listHour', target: `${CHANNEL}/${QUALITY}/2026-05-01T09` },
    ]);
  });

  it('notices what was lost here although the node did not change', async () => {
    await using directory = await temporaryDirectory();
    const segments = makeSegments(10);
    const node = createMemoryRemoteNode({ files: filesOf(segments) });
    await using archive = await openTestArchive(directory.path);
    const { engine } = makeEngine({ archive, nodes: [node], state: stateOf(directory.path) });
    for (let pass = 0; pass < 2; pass += 1) await engine.runPass();
    await rm(path.join(directory.path, segments[4]?.path ?? ''));

    expect(await engine.runPass()).toMatchObject({ complete: true, totals: { segments: 1 } });
    expect(await namesIn(archive)).toHaveLength(10);
  });

  it('looks again when the start moves back, and when the node is trusted with more', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const files = filesOf([makeSegment(0), makeSegment(0, { hour: '2026-04-01T10' })]);
    const tombstone = `${CHANNEL}/${QUALITY}/${HOUR}/${makeSegment(8).name.replace('.ts', '.tombstone')}`;
    const create = (tombstones: boolean) =>
      createMemoryRemoteNode({ files: { ...files, [tombstone]: new Uint8Array() }, trust: { tombstones } });
    const run = async (node: MemoryRemoteNode, start?: { hoursAgo: number }) => {
      const { engine } = scene.engine({ nodes: [node] });
      for (let pass = 0; pass < 2; pass += 1) await engine.runPass({ start });
      return await engine.runPass({ start });
    };

    await run(create(false), { hoursAgo: 48 });
    expect(await namesIn(archive, { hour: '2026-04-01T10' })).toHaveLength(0);
    await run(create(false));
    expect(await namesIn(archive, { hour: '2026-04-01T10' })).toHaveLength(1);
    await run(create(true));
    expect(await namesIn(archive)).toHaveLength(2);
  });

  it('starts from nothing, with a warning, where the record of earlier passes is damaged', async () => {
    await using scene = await openScene();
    const node = createMemoryRemoteNode({ files: filesOf(makeSegments(3)) });
    const state = stateOf(scene.base);
    await scene.engine({ nodes: [node], state }).engine.runPass();
    const file = path.join(state, 'passes.json');
    for (const damage of ['{"version":2}', (await readFile(file, 'utf8')).slice(0, -5)]) {
      await writeFile(file, damage);
      const { engine, logged } = scene.engine({ nodes: [node], state });
      expect((await engine.runPass()).complete).toBe(true);
      expect(logged(/record of earlier passes is damaged/, 40)).toHaveLength(1);
    }
  });

  it('does not remember an hour that holds something recent, so that it comes when it is old enough', async () => {
    await using scene = await openScene();
    const node = createMemoryRemoteNode({ files: filesOf(makeSegments(3)) });
    let nowMs = Date.parse('2026-05-01T10:00:05Z');
    const { engine } = scene.engine({ nodes: [node], now: () => nowMs });
    expect(await engine.runPass()).toMatchObject({ complete: true, totals: { segments: 0, skipped: { recent: 3 } } });
    // 120 s after the second segment's end: the third one ends 2 s later.
    nowMs = Date.parse('2026-05-01T10:02:04Z');
    expect(await engine.runPass()).toMatchObject({ totals: { segments: 2, skipped: { recent: 1 } } });
    nowMs += 2000;
    expect(await engine.runPass()).toMatchObject({ totals: { segments: 1, skipped: {} } });
  });
});

describe('a pass over a wubloader node', () => {
  it('asks for no digest, and lists the newest hour first', async () => {
    await using scene = await openScene();
    const hours = ['2026-05-01T08', HOUR, '2026-05-01T09'];
    const node = createMemoryRemoteNode({
      protocol: null,
      files: filesOf(hours.flatMap((hour) => makeSegments(2, { hour }))),
    });
    const { engine } = scene.engine({
      nodes: [node],
      settings: { listingConcurrency: 1 },
    });

    expect((await engine.runPass()).totals.segments).toBe(6);

    const listed = node.calls.filter(({ method }) => method === 'listHour').map(({ target }) => target.slice(-13));
    expect(listed).toEqual([HOUR, '2026-05-01T09', '2026-05-01T08']);
    expect(node.countCalls('digest') + node.countCalls('qualityDigest') + node.countCalls('fetchBatch')).toBe(0);
  });

  it('skips hours before the start without listing them', async () => {
    await using scene = await openScene();
    const node = createMemoryRemoteNode({
      protocol: null,
      files: filesOf(['2026-04-01T10', HOUR].map((hour) => makeSegment(0, { hour }))),
    });
    const { engine } = scene.engine({
      nodes: [node],
      settings: { start: { hoursAgo: 48 } },
    });
    expect(await engine.runPass()).toMatchObject({ complete: true, totals: { segments: 1 } });
    expect(node.countCalls('listHour')).toBe(1);
  });

  it('bears names in its listings that are no hours', async () => {
    await using scene = await openScene();
    const segment = makeSegment(0);
    const node = createMemoryRemoteNode({
      protocol: null,
      files: { ...filesOf([segment]), [`${CHANNEL}/${QUALITY}/lost+found/x`]: new Uint8Array() },
    });
    const { engine } = scene.engine({
      nodes: [node],
      settings: { start: { hoursAgo: 48 } },
    });
    const report = await engine.runPass();
    expect(report).toMatchObject({ complete: true, totals: { segments: 1 } });
    expect(report.nodes[0]?.refusedNames).toBe(1);
  });
});

describe('the record of earlier passes', () => {
  it('is void for qualities that were not asked for then, also where the node did not change', async () => {
    await using scene = await openScene();
    const node = createMemoryRemoteNode({ files: filesOf([makeSegment(0), makeSegment(0, { quality: '480p' })]) });
    const run = async (qualities: string[]) =>
      await scene
        .engine({
          nodes: [node],
          settings: { qualities },
        })
        .engine.runPass();
    await run([QUALITY]);
    await run([QUALITY]);
    expect(await run([QUALITY, '480p'])).toMatchObject({ complete: true, totals: { segments: 1 } });
  });

  it('forgets nodes that are no longer listed', async () => {
    await using scene = await openScene();
    const [a, b] = ['a', 'b'].map((name) => createMemoryRemoteNode({ name, files: filesOf([makeSegment(0)]) }));
    await scene.engine({ nodes: [a!] }).engine.runPass();
    await scene.engine({ nodes: [b!] }).engine.runPass();
    const stored = JSON.parse(await readFile(path.join(stateOf(scene.base), 'passes.json'), 'utf8')) as {
      nodes: object;
    };
    expect(Object.keys(stored.nodes)).toEqual([b!.key]);
  });
});
