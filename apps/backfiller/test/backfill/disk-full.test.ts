import { DiskFullError } from '@waybill/common';
import { waitFor, withTmpfs } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import type { Archive } from '../../src/archive/archive.ts';
import { DiskGuard } from '../../src/backfill/fetch/disk-guard.ts';
import { createMemoryRemoteNode } from '../support/memory-remote-node.ts';
import {
  archiveWith,
  filesOf,
  makeEngine,
  makeSegment,
  makeSegments,
  namesIn,
  openScene,
  openTestArchive,
  stateOf,
} from './support.ts';

/** An archive on a disk with room for a number of segments. */
const onSmallDisk = (archive: Archive, room: { left: number }): Archive =>
  archiveWith(archive, {
    publishSegment: async (address, content, options) => {
      if (room.left <= 0) throw new DiskFullError(address.name, new Error('ENOSPC'));
      room.left -= 1;
      return await archive.publishSegment(address, content, options);
    },
  });

describe('a full disk', () => {
  it('ends a single pass, reported once and not for each segment, and costs few requests', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const node = createMemoryRemoteNode({ protocol: null, files: filesOf(makeSegments(500)) });
    const { engine, lines } = scene.engine({
      archive: onSmallDisk(archive, { left: 100 }),
      nodes: [node],
      state: stateOf(scene.base),
    });

    const report = await engine.runPass();

    expect(report).toMatchObject({
      complete: false,
      stoppedBy: 'disk-full',
      totals: { segments: 100, failed: { 'disk-full': 400 } },
    });
    expect(node.contentsServed).toBeLessThan(110);
    expect(lines.filter(({ level }) => level >= 40).map(({ msg }) => msg)).toEqual(['The disk is full. Giving up']);
    expect(await namesIn(archive)).toHaveLength(100);
  });

  it('ends a single pass over batches too, and a real one leaves only whole files', async ({ skip }) => {
    const done = await withTmpfs(512 * 1024, async (base) => {
      await using archive = await openTestArchive(base);
      const segments = makeSegments(200).map((_, at) => makeSegment(2 * at, { text: String(at).padEnd(8000, 'x') }));
      const node = createMemoryRemoteNode({ files: filesOf(segments) });
      const { engine, logged } = makeEngine({ archive, nodes: [node], state: stateOf(base) });
      const report = await engine.runPass();
      expect(report).toMatchObject({ complete: false, stoppedBy: 'disk-full' });
      expect(logged(/The disk is full/, 40)).toHaveLength(1);
      const names = await namesIn(archive);
      expect(names).toHaveLength(report.totals.segments);
      for (const name of names) {
        const content = await archive.open({ channel: 'chan', quality: 'source', hour: '2026-05-01T10', name });
        expect(content?.sizeBytes).toBe(8000);
        await content?.close();
      }
    });
    if (done === undefined) skip('mounting a tmpfs is not permitted here');
  });

  it('below the free space that is to be kept, fetches nothing', async () => {
    await using scene = await openScene();
    const node = createMemoryRemoteNode({ files: filesOf(makeSegments(5)) });
    const settings = { minFreeBytes: 1000 };
    const { engine } = scene.engine({
      nodes: [node],
      settings,
      freeBytes: async () => 999,
    });
    expect(await engine.runPass()).toMatchObject({ stoppedBy: 'disk-full', totals: { segments: 0 } });
    expect(node.contentsServed).toBe(0);
  });
});

describe('DiskGuard', () => {
  const makeGuard = (free: () => number, minFreeBytes = 0) => {
    const lines: string[] = [];
    const controller = new AbortController();
    const log = {
      info: (_: unknown, text?: string) => lines.push(text ?? String(_)),
      error: (_: unknown, text?: string) => lines.push(text ?? String(_)),
    };
    const guard = new DiskGuard({
      freeBytes: async () => free(),
      minFreeBytes,
      log: log as never,
      signal: controller.signal,
      giveUp: false,
      onChange: () => undefined,
      probeMs: 5,
    });
    return { guard, lines, stop: () => controller.abort() };
  };

  it('pauses once, tries one item when there is space, and goes on when that fitted', async () => {
    let free = 0;
    const { guard, lines, stop } = makeGuard(() => free);
    guard.pause({});
    guard.pause({});
    expect(guard.limit).toBe(0);
    free = 1e9;
    await waitFor(() => guard.state === 'trial');
    expect(guard.limit).toBe(1);
    // A quota: statfs shows space, and yet it does not fit.
    guard.pause({});
    expect(guard.limit).toBe(0);
    await waitFor(() => guard.state === 'trial');
    guard.noteWritten();
    expect(guard.limit).toBe(Infinity);
    expect(lines).toEqual([
      'The disk is full. Backfilling pauses until there is space',
      'There is space on the disk again. Backfilling goes on',
    ]);
    stop();
  });

  it('stays paused while less is free than is to be kept', async () => {
    let looks = 0;
    const { guard, stop } = makeGuard(() => ((looks += 1), 5e6), 6e6);
    await guard.check();
    expect(guard.state).toBe('paused');
    await waitFor(() => looks > 3);
    expect(guard.state).toBe('paused');
    stop();
  });
});

describe('a service on a full disk', () => {
  it('pauses, and goes on by itself when there is space, with one line each', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const room = { left: 50 };
    const node = createMemoryRemoteNode({ files: filesOf(makeSegments(200)) });
    const { engine, logged, metric } = scene.engine({
      archive: onSmallDisk(archive, room),
      nodes: [node],
      state: stateOf(scene.base),
      settings: { diskProbeMs: 20 },
      freeBytes: async () => (room.left > 0 ? 1e9 : 0),
    });
    const controller = new AbortController();
    const running = engine.run(controller.signal);
    await waitFor(() => logged(/The disk is full/).length > 0);
    expect(await metric('backfill_paused')).toBe(1);
    room.left = Infinity;
    await waitFor(async () => (await namesIn(archive)).length === 200);
    expect(logged(/The disk is full/)).toHaveLength(1);
    expect(logged(/There is space on the disk again/)).toHaveLength(1);
    expect(await metric('backfill_paused')).toBe(0);
    expect(node.contentsServed).toBeLessThan(200 + 100);
    controller.abort();
    await running;
  });
});
