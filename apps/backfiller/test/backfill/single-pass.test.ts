import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createMemoryRemoteNode } from '../support/memory-remote-node.ts';
import { CHANNEL, filesOf, HOUR, makeSegment, makeSegments, namesIn, openScene, QUALITY } from './support.ts';

describe('one pass', () => {
  it('fills an empty archive from one node, every byte verified, and says so', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const segments = makeSegments(300);
    const node = createMemoryRemoteNode({ files: filesOf(segments) });
    const { engine, metric, logged } = scene.engine({
      nodes: [node],
    });

    const report = await engine.runPass();

    expect(await namesIn(archive)).toEqual(segments.map(({ name }) => name).sort());
    expect(report.complete).toBe(true);
    const bytes = segments.reduce((sum, { content }) => sum + content.length, 0);
    expect(report.totals).toMatchObject({
      segments: 300,
      verified: 300,
      bytes,
      mismatches: 0,
      failed: {},
      hoursCompleted: 1,
    });
    expect(report.nodes[0]?.pairs).toMatchObject([{ channel: CHANNEL, quality: QUALITY, segments: 300 }]);
    expect(await metric('segments_backfilled_total', { remote: 'memory', channel: CHANNEL, quality: QUALITY })).toBe(
      300,
    );
    expect(await metric('hours_backfilled_total')).toBe(1);
    expect(logged(/^Backfilling source\/2026-05-01T10$/)).toHaveLength(1);
    expect(logged(/^300 segments in source\/2026-05-01T10 backfilled$/)).toHaveLength(1);
    expect(logged(/^Segment chan\/source\/.* backfilled$/)).toHaveLength(300);
  });

  it('fetches each segment once where two nodes have the same', async () => {
    await using scene = await openScene();
    const segments = makeSegments(500);
    const nodes = ['a', 'b'].map((name) =>
      createMemoryRemoteNode({ name, files: filesOf(segments), protocol: name === 'a' ? 1 : null }),
    );
    const { engine } = scene.engine({ nodes });

    const report = await engine.runPass();

    expect(report).toMatchObject({ complete: true, totals: { segments: 500 } });
    expect(nodes.reduce((sum, node) => sum + node.contentsServed, 0)).toBe(500);
    expect(nodes.every((node) => node.contentsServed > 0)).toBe(true);
  });

  it('goes on with the next hours when one listing fails, and reports the pass as incomplete', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const hours = ['2026-05-01T08', '2026-05-01T09', HOUR];
    const segments = hours.flatMap((hour) => makeSegments(5, { hour }));
    const node = createMemoryRemoteNode({
      protocol: null,
      files: filesOf(segments),
      onCall: ({ method, target }) => {
        if (method === 'listHour' && target.endsWith(HOUR)) throw new Error('502 Bad Gateway');
      },
    });
    const { engine } = scene.engine({ nodes: [node] });

    const report = await engine.runPass();

    expect(report.complete).toBe(false);
    expect(report.nodes[0]?.error?.message).toBe('502 Bad Gateway');
    expect(report.totals.segments).toBe(10);
    expect(await namesIn(archive, { hour: '2026-05-01T08' })).toHaveLength(5);
  });

  it('is not complete without a node', async () => {
    await using scene = await openScene();
    const { engine } = scene.engine({ nodes: [] });
    expect((await engine.runPass()).complete).toBe(false);
  });

  it('writes nothing in a dry run and reports what it would fetch', async () => {
    await using scene = await openScene();
    const node = createMemoryRemoteNode({
      files: filesOf([...makeSegments(7), makeSegment(20, { hour: '2026-05-01T09' })]),
    });
    const { engine } = scene.engine({ nodes: [node] });

    const report = await engine.runPass({ dryRun: true });

    expect(report).toMatchObject({ dryRun: true, complete: false, totals: { planned: 8, segments: 0 } });
    expect(node.contentsServed).toBe(0);
    expect(await readdir(scene.base)).toEqual([]);
  });

  it('takes the newest hour first, then full before suspect before partial, then chat, then extras', async () => {
    await using scene = await openScene();
    const older = makeSegment(0, { hour: '2026-05-01T09' });
    const [partial, suspect, full] = [
      makeSegment(0, { type: 'partial' }),
      makeSegment(10, { type: 'suspect' }),
      makeSegment(20),
    ];
    const order: string[] = [];
    const node = createMemoryRemoteNode({
      protocol: null,
      files: filesOf([older, partial, suspect, full]),
      extras: { 'emotes/1': new Uint8Array([1]) },
      onCall: ({ method, target }) => {
        if (method === 'fetchSegment' || method === 'fetchExtra') order.push(target);
      },
    });
    const settings = { extras: ['emotes'], downloadConcurrency: 1, listingConcurrency: 1 };
    const { engine } = scene.engine({ nodes: [node], settings });

    expect((await engine.runPass()).complete).toBe(true);
    expect(order).toEqual([full.path, suspect.path, partial.path, older.path, 'emotes/1']);
  });
});
