import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { abortableSleep } from '@waybill/common';
import { waitFor } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { createMemoryRemoteNode } from '../support/memory-remote-node.ts';
import {
  archiveWith,
  CHANNEL,
  filesOf,
  HOUR,
  makeSegment,
  makeSegments,
  namesIn,
  openScene,
  QUALITY,
  stateOf,
} from './support.ts';
import type { Scene, TestEngine } from './support.ts';

/** Runs the service while `work` does; both have ended when this resolves. */
const whileRunning = async ({ engine }: TestEngine, work: () => Promise<void>): Promise<void> => {
  const controller = new AbortController();
  const running = engine.run(controller.signal);
  try {
    await work();
  } finally {
    controller.abort();
    await running;
  }
};

/** One byte a second, for ever. */
const dribble = async function* (signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  for (;;) {
    yield new Uint8Array([1]);
    await abortableSleep(1000, { signal });
  }
};

describe('cancelling', () => {
  it('under load ends soon, with whole files only and no temp file, also with a dribbling node', async () => {
    await using scene = await openScene();
    const segments = makeSegments(400);
    const good = createMemoryRemoteNode({ name: 'good', files: filesOf(segments) });
    let served = 0;
    const controller = new AbortController();
    good.onCall = () => {
      if (++served > 60) controller.abort();
    };
    const dribbling = createMemoryRemoteNode({
      name: 'dribbling',
      protocol: null,
      files: filesOf(makeSegments(20, { hour: '2026-05-01T11' })),
    });
    dribbling.fetchSegment = async (_address, { signal } = {}) => ({
      sizeBytes: 1000,
      body: dribble(signal),
      discard: () => undefined,
    });
    const { engine } = scene.engine({ nodes: [good, dribbling] });

    const report = await engine.runPass({ signal: controller.signal });

    expect(report).toMatchObject({ complete: false, stoppedBy: 'signal' });
    const hours = await readdir(path.join(scene.base, CHANNEL, QUALITY));
    const files = (
      await Promise.all(hours.map((hour) => readdir(path.join(scene.base, CHANNEL, QUALITY, hour))))
    ).flat();
    expect(files.filter((name) => name.includes('temp'))).toEqual([]);
    expect(files).toHaveLength(report.totals.segments);
    expect(files.length).toBeLessThan(400);
  });

  it('does not wait for a node that does not heed its signal', async () => {
    await using scene = await openScene();
    const deaf = createMemoryRemoteNode({ protocol: null, files: filesOf(makeSegments(3)) });
    const controller = new AbortController();
    deaf.fetchSegment = () => {
      controller.abort();
      return new Promise(() => undefined);
    };
    const { engine } = scene.engine({ nodes: [deaf] });
    const pass = engine.runPass({ signal: controller.signal });
    expect(await pass).toMatchObject({ complete: false, stoppedBy: 'signal' });
  });
});

describe('live events', () => {
  const live = async (settings: object, work: (parts: Parts) => Promise<void>, watch = false): Promise<void> => {
    await using scene = await openScene({ watch });
    const { archive } = scene;
    const node = createMemoryRemoteNode({ files: filesOf(makeSegments(2)) });
    const nowMs = Date.parse('2026-05-01T10:10:00Z');
    const made = scene.engine({ nodes: [node], settings, now: () => nowMs });
    await whileRunning(made, async () => {
      await waitFor(() => made.logged(/^Backfill complete$/).length === 1);
      await work({ directory: scene.base, archive, node, made });
    });
  };
  interface Parts {
    readonly directory: string;
    readonly archive: Scene['archive'];
    readonly node: ReturnType<typeof createMemoryRemoteNode>;
    readonly made: TestEngine;
  }
  const announce = (node: Parts['node'], segment: { path: string; content: Uint8Array }): void => {
    node.put(segment.path, segment.content);
    node.announce(segment.path);
  };

  it('bring a new full segment at once, however recent it is', async () => {
    await live({}, async ({ archive, node }) => {
      await waitFor(() => node.countCalls('events') > 0);
      const fresh = makeSegment(597);
      announce(node, fresh);
      await waitFor(async () => (await namesIn(archive)).includes(fresh.name));
      expect(node.countCalls('digest')).toBe(1);
    });
  });

  it('bring nothing of what is not asked for, not whole, or from the future', async () => {
    await live({}, async ({ archive, node }) => {
      await waitFor(() => node.countCalls('events') > 0);
      announce(node, makeSegment(590, { type: 'partial' }));
      announce(node, makeSegment(590, { quality: '160p' }));
      announce(node, makeSegment(3000));
      const last = makeSegment(595);
      announce(node, last);
      await waitFor(async () => (await namesIn(archive)).includes(last.name));
      expect(await namesIn(archive)).toHaveLength(3);
      expect(await archive.listQualities(CHANNEL)).toEqual([QUALITY]);
    });
  });

  it('leave recent segments to a recorder that is at work here', async () => {
    await live(
      {},
      async ({ directory, archive, node }) => {
        await waitFor(() => node.countCalls('events') > 0);
        const recorded = makeSegment(300);
        await mkdir(path.dirname(path.join(directory, recorded.path)), { recursive: true });
        await writeFile(path.join(directory, recorded.path), recorded.content);
        await waitFor(async () => (await namesIn(archive)).includes(recorded.name));
        // The recorder is noticed by the directory watch, which may be a moment later than the listing.
        const heard = new Promise<void>((resolve) => void archive.onPublished(() => resolve()));
        const again = makeSegment(302);
        await writeFile(path.join(directory, again.path), again.content);
        await heard;
        const fresh = makeSegment(597);
        announce(node, fresh);
        const tombstone = `${fresh.path.replace('09:57', '08:00').slice(0, -3)}.tombstone`;
        announce(node, { path: tombstone, content: new Uint8Array() });
        await waitFor(async () => (await namesIn(archive)).some((name) => name.endsWith('.tombstone')));
        expect(await namesIn(archive)).not.toContain(fresh.name);
      },
      true,
    );
  });

  it('are not listened to where live is `never`', async () => {
    await live({ live: 'never' }, async ({ node }) => {
      expect(node.countCalls('events')).toBe(0);
    });
  });

  it('that were missed bring the next pass forward', async () => {
    await using scene = await openScene();
    const node = createMemoryRemoteNode({ files: filesOf(makeSegments(2)) });
    // The least pause between passes is the shorter one of 10 s and the interval.
    const made = scene.engine({ nodes: [node], settings: { intervalMs: 50 } });
    await whileRunning(made, async () => {
      await waitFor(() => node.countCalls('events') > 0);
      node.announceReset();
      await waitFor(() => node.countCalls('digest') > 2);
    });
  });

  it('are listened to again, from the last one on, after the connection broke', async () => {
    await live({}, async ({ archive, node }) => {
      await waitFor(() => node.countCalls('events') === 1);
      const [first, second] = [makeSegment(580), makeSegment(582)];
      announce(node, first);
      await waitFor(async () => (await namesIn(archive)).includes(first.name));
      node.disconnect();
      await waitFor(() => node.countCalls('events', 'memory-1') === 1);
      announce(node, second);
      await waitFor(async () => (await namesIn(archive)).includes(second.name));
    });
  });

  it('without use, sent by the thousand, raise an alert', async () => {
    await live({}, async ({ node, made }) => {
      await waitFor(() => node.countCalls('events') > 0);
      for (let count = 0; count < 1001; count += 1) node.announce(`${CHANNEL}/${QUALITY}/${HOUR}/nonsense`);
      await waitFor(() => made.logged(/Alert: memory/, 50).length > 0);
      expect(await made.metric('backfill_alerts_total', { kind: 'useless-events' })).toBe(1);
    });
  });
});

describe('the service', () => {
  it('tries again after a failed pass, with one line for each', async () => {
    await using scene = await openScene();
    const node = createMemoryRemoteNode();
    node.onCall = () => {
      throw new Error('down');
    };
    const made = scene.engine({ nodes: [node] });
    await whileRunning(made, async () => {
      await waitFor(() => made.logged(/^Backfill failed. Retrying in (9|10|11) s$/, 40).length === 1);
      expect(await made.metric('backfill_errors_total', { remote: 'memory' })).toBe(1);
    });
  });

  it('starts with nodes that appear, and ends with those that vanish', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const [a, b] = [makeSegment(0), makeSegment(2)].map((segment, at) =>
      createMemoryRemoteNode({ name: `n${at}`, protocol: null, files: filesOf([segment]) }),
    );
    let nodes = [a!];
    const made = scene.engine({
      nodes: () => nodes,
      settings: { intervalMs: 20 },
    });
    await whileRunning(made, async () => {
      await waitFor(async () => (await namesIn(archive)).length === 1);
      nodes = [b!];
      await waitFor(async () => (await namesIn(archive)).length === 2);
      a!.forgetCalls();
      const before = b!.calls.length;
      await waitFor(() => b!.calls.length > before + 4);
      expect(a!.calls).toEqual([]);
    });
  });

  it('lets a node that hangs in its listings delay no other', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const hanging = createMemoryRemoteNode({ name: 'hanging', files: filesOf(makeSegments(1)) });
    hanging.onCall = ({ method }, { signal }) =>
      method === 'protocol'
        ? undefined
        : new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));
    const good = createMemoryRemoteNode({ name: 'good', files: filesOf(makeSegments(5)) });
    const made = scene.engine({
      nodes: [hanging, good],
      settings: { intervalMs: 20 },
    });
    await whileRunning(made, async () => {
      await waitFor(() => made.logged(/^Backfill complete$/).length >= 3);
      expect(await namesIn(archive)).toHaveLength(5);
    });
  });
});

describe('deleting what is old', () => {
  const hours = ['2026-04-29T10', '2026-04-30T23', '2026-05-01T00', HOUR];

  it('removes whole hours before the start, and nothing in a single pass', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    for (const hour of hours) {
      const { name, content } = makeSegment(0, { hour });
      await archive.publishSegment({ channel: CHANNEL, quality: QUALITY, hour, name }, content);
    }
    // 24 h before 00:30 on May 2: the hour from midnight on May 1 is the first that stays.
    const settings = { deleteOld: true, start: { hoursAgo: 24 } };
    const made = scene.engine({ nodes: [], settings });
    await made.engine.runPass();
    expect(await archive.listHours(CHANNEL, QUALITY)).toEqual(hours);
    await whileRunning(made, async () => {
      await waitFor(async () => (await archive.listHours(CHANNEL, QUALITY)).length === 2);
    });
    expect(await archive.listHours(CHANNEL, QUALITY)).toEqual(hours.slice(2));
    expect(await made.metric('segments_deleted_total', { channel: CHANNEL, quality: QUALITY })).toBe(2);
    expect(made.logged(/^Deleting chan\/source\/2026-04-29T10$/)).toHaveLength(1);
    expect(made.logged(/^chan\/source\/2026-04-29T10 deleted$/)).toHaveLength(1);
  });

  it('goes on when one hour cannot be removed, and warns once of files that are not ours', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    for (const hour of hours) {
      const { name, content } = makeSegment(0, { hour });
      await archive.publishSegment({ channel: CHANNEL, quality: QUALITY, hour, name }, content);
    }
    await writeFile(path.join(scene.base, CHANNEL, QUALITY, hours[1]!, 'notes.txt'), 'mine');
    const failing = archiveWith(archive, {
      deleteHour: (channel, quality, hour) => {
        if (hour === hours[0]) throw new Error('EPERM');
        return archive.deleteHour(channel, quality, hour);
      },
    });
    const settings = { deleteOld: true, start: { hoursAgo: 24 }, intervalMs: 10 };
    const made = scene.engine({ archive: failing, nodes: [], state: stateOf(scene.base), settings });
    await whileRunning(made, async () => {
      await waitFor(() => made.logged(/Deleting .*2026-04-29T10 failed/, 50).length > 3);
    });
    expect(made.logged(/2026-04-30T23 stays: 1 files are not ours to delete/, 40)).toHaveLength(1);
    expect(await readdir(path.join(scene.base, CHANNEL, QUALITY, hours[1]!))).toEqual(['notes.txt']);
  });
});
