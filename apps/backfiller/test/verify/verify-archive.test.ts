import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { refill } from '../../src/verify/refill.ts';
import { verifyArchive } from '../../src/verify/verify-archive.ts';
import {
  archiveWith,
  CHANNEL,
  filesOf,
  HOUR,
  makeEngine,
  makeSegment,
  makeSegments,
  namesIn,
  openTestArchive,
  QUALITY,
} from '../backfill/support.ts';
import type { MadeSegment } from '../backfill/support.ts';
import { createMemoryRemoteNode } from '../support/memory-remote-node.ts';
import { digestText } from '../support/test-names.ts';

const put = async (base: string, { path: file, content }: MadeSegment, bytes: Uint8Array = content): Promise<void> => {
  await mkdir(path.dirname(path.join(base, file)), { recursive: true });
  await writeFile(path.join(base, file), bytes);
};

describe('verifyArchive', () => {
  it('finds nothing wrong in an archive whose files are what their names say', async () => {
    await using directory = await temporaryDirectory();
    await using archive = await openTestArchive(directory.path);
    const segments = makeSegments(20);
    for (const segment of segments) await put(directory.path, segment);

    const report = await verifyArchive({ archive });

    const bytes = segments.reduce((sum, { content }) => sum + content.length, 0);
    expect(report).toMatchObject({ ok: true, finished: true, checked: 20, bytes, problems: [], setAside: 0 });
  });

  it('tells corrupt files from those whose name holds no digest, and goes on after each', async () => {
    await using directory = await temporaryDirectory();
    await using archive = await openTestArchive(directory.path);
    const [bad, good] = [makeSegment(0), makeSegment(2)];
    const large = makeSegment(4, { text: 'x'.repeat(700_000) });
    await put(directory.path, bad, new Uint8Array([1, 2, 3]));
    await put(directory.path, good);
    await put(directory.path, large, large.content.with(600_000, 1));
    const strange = `${CHANNEL}/${QUALITY}/${HOUR}/strange.ts`;
    await writeFile(path.join(directory.path, strange), 'x');

    const report = await verifyArchive({ archive });

    expect(report).toMatchObject({
      ok: false,
      finished: true,
      checked: 3,
      counts: { corrupt: 2, unreadable: 0, 'without-digest': 1 },
    });
    expect(report.problems).toContainEqual({
      kind: 'corrupt',
      path: bad.path,
      sizeBytes: 3,
      expected: digestText(bad.content),
      actual: digestText(new Uint8Array([1, 2, 3])),
    });
    expect(report.problems).toContainEqual({ kind: 'without-digest', path: strange });
    expect(await namesIn(archive)).toContain(bad.name);
  });

  it('reports a file that the system cannot read apart from corrupt ones, and goes on', async () => {
    await using directory = await temporaryDirectory();
    await using archive = await openTestArchive(directory.path);
    const segments = makeSegments(3);
    for (const segment of segments) await put(directory.path, segment);
    const failing = archiveWith(archive, {
      open: (address) => {
        if (address.name === segments[1]?.name) throw new Error('EIO: i/o error, read');
        return archive.open(address);
      },
    });

    const report = await verifyArchive({ archive: failing });

    expect(report).toMatchObject({ ok: false, checked: 2, counts: { corrupt: 0, unreadable: 1 } });
    expect(report.problems).toEqual([{ kind: 'unreadable', path: segments[1]?.path, error: 'EIO: i/o error, read' }]);
  });

  it('sets corrupt files aside under the name of what they hold, and refills them from a node', async () => {
    await using directory = await temporaryDirectory();
    await using archive = await openTestArchive(directory.path);
    const segments = makeSegments(10);
    const bytes = new Uint8Array([9, 9]);
    for (const [at, segment] of segments.entries())
      await put(directory.path, segment, at === 3 || at === 7 ? bytes : undefined);
    const node = createMemoryRemoteNode({ files: filesOf(segments) });
    const settings = { start: { hoursAgo: 1 } };
    const { engine } = makeEngine({ archive, nodes: [node], state: path.join(directory.path, '.waybill'), settings });

    const report = await verifyArchive({ archive, setAside: true });
    const refilled = await refill({ archive, engine, report });

    expect(report).toMatchObject({ ok: false, setAside: 2, hoursToRefill: [`${CHANNEL}/${QUALITY}/${HOUR}`] });
    expect(refilled).toMatchObject({
      refilled: 2,
      stillMissing: [],
      backfill: { complete: true, totals: { segments: 2 } },
    });
    const names = await namesIn(archive);
    expect(names).toEqual(expect.arrayContaining(segments.map(({ name }) => name)));
    expect(names).toContain(`00:06.000000-2.0-partial-${digestText(bytes)}.ts`);
    expect((await verifyArchive({ archive })).ok).toBe(true);
  });

  it('says which files no node could bring back', async () => {
    await using directory = await temporaryDirectory();
    await using archive = await openTestArchive(directory.path);
    const segment = makeSegment(0);
    await put(directory.path, segment, new Uint8Array([1]));
    const { engine } = makeEngine({
      archive,
      nodes: [createMemoryRemoteNode()],
      state: path.join(directory.path, '.waybill'),
    });

    const report = await verifyArchive({ archive, setAside: true });

    expect(await refill({ archive, engine, report })).toMatchObject({ refilled: 0, stillMissing: [segment.path] });
  });

  it('looks only at the hours, channels and qualities that are asked for', async () => {
    await using directory = await temporaryDirectory();
    await using archive = await openTestArchive(directory.path);
    for (const hour of ['2026-05-01T09', HOUR, '2026-05-01T11']) await put(directory.path, makeSegment(0, { hour }));
    await put(directory.path, makeSegment(0, { quality: '480p' }));
    const range = {
      startMicros: Date.parse('2026-05-01T10:00Z') * 1000,
      endMicros: Date.parse('2026-05-01T11:00Z') * 1000,
    };
    const hours: string[] = [];

    const report = await verifyArchive({
      archive,
      qualities: [QUALITY],
      ...range,
      progress: { onHour: (hour) => hours.push(hour) },
    });

    expect(report).toMatchObject({ ok: true, checked: 1 });
    expect(hours).toEqual([`${CHANNEL}/${QUALITY}/${HOUR}`]);
  });

  it('ends at once when aborted, with a report that is not finished', async () => {
    await using directory = await temporaryDirectory();
    await using archive = await openTestArchive(directory.path);
    for (const segment of makeSegments(50)) await put(directory.path, segment, new Uint8Array([1]));
    const controller = new AbortController();
    const onProblem = (): void => controller.abort();

    const report = await verifyArchive({ archive, setAside: true, signal: controller.signal, progress: { onProblem } });

    expect(report).toMatchObject({ ok: false, finished: false });
    expect(report.checked).toBeLessThanOrEqual(3);
    expect(report.setAside).toBe(report.checked);
  });

  it('reports a directory that cannot be listed and goes on with the others', async () => {
    await using directory = await temporaryDirectory();
    await using archive = await openTestArchive(directory.path);
    await put(directory.path, makeSegment(0));
    await put(directory.path, makeSegment(0, { quality: '480p' }));
    const failing = archiveWith(archive, {
      listHours: (channel, quality) => {
        if (quality === '480p') throw new Error('EACCES: permission denied');
        return archive.listHours(channel, quality);
      },
    });

    const report = await verifyArchive({ archive: failing });

    expect(report).toMatchObject({ ok: false, finished: false, checked: 1 });
    expect(report.listingErrors).toEqual([`${CHANNEL}/480p: EACCES: permission denied`]);
  });
});

describe('refill', () => {
  it('leaves tombstones, other hours and what earlier passes remember alone', async () => {
    await using directory = await temporaryDirectory();
    await using archive = await openTestArchive(directory.path);
    const [bad, other, hidden] = [makeSegment(0), makeSegment(0, { hour: '2026-05-01T09' }), makeSegment(8)];
    await put(directory.path, bad, new Uint8Array([1]));
    await put(directory.path, hidden);
    const tombstone = hidden.path.replace(/ts$/, 'tombstone');
    const node = createMemoryRemoteNode({ files: { ...filesOf([bad, other]), [tombstone]: new Uint8Array() } });
    const state = path.join(directory.path, '.waybill');
    const settings = { tombstoneLimit: 0 };
    const { engine } = makeEngine({ archive, nodes: [node], state, settings });

    const report = await verifyArchive({ archive, setAside: true });
    const { backfill, refilled } = await refill({ archive, engine, report });

    expect(refilled).toBe(1);
    expect(backfill).toMatchObject({ complete: true, totals: { segments: 1, tombstones: 0 } });
    expect(await namesIn(archive)).toContain(hidden.name);
    expect(await archive.listHours(CHANNEL, QUALITY)).toEqual([HOUR]);
    await expect(readFile(path.join(state, 'passes.json'))).rejects.toThrow('ENOENT');
  });
});
