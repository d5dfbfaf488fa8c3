import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tombstoneName } from '@waybill/segments';
import { temporaryDirectory, waitFor } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import type { SegmentAddress } from '../../src/archive/archive.ts';
import { ArchivePaths } from '../../src/archive/archive-paths.ts';
import { ArchiveWatcher } from '../../src/archive/archive-watcher.ts';
import type { ArchiveWatchOptions } from '../../src/archive/archive-watcher.ts';
import type { FileArchive } from '../../src/archive/file-archive.ts';
import type { MadeSegment } from './support.ts';
import { HOUR, makeSegment, openArchive, putSegment } from './support.ts';

const NEVER_MS = 3_600_000;
/** Far more than a watch takes, for busy machines; what is promised is a second. */
const SOON = { timeoutMs: 10_000 };

/** Writes beside and renames in, as a wubloader's downloader does. */
async function renameIn(base: string, { address, content, name }: MadeSegment): Promise<void> {
  const directory = path.join(base, address.channel, address.quality, address.hour);
  await mkdir(directory, { recursive: true });
  const temp = path.join(directory, name.replace(/full-.*/, 'temp-5b5b4f0e-1d6f-4d0a-9f43-0d0d7f1f9f0a.ts'));
  await writeFile(temp, content);
  await rename(temp, path.join(directory, name));
}

function namesOf(archive: FileArchive): string[] {
  const names: string[] = [];
  archive.onPublished(({ name }) => names.push(name));
  return names;
}

describe('a watched archive', () => {
  it('announces what another process renames into an hour that was there', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, makeSegment(0));
    await using archive = await openArchive(base.path, { watch: { pollIntervalMs: NEVER_MS } });
    const names = namesOf(archive);
    await renameIn(base.path, makeSegment(2));
    await waitFor(() => names.length > 0, SOON);
    expect(names).toEqual([makeSegment(2).name]);
  });

  it('announces what comes with a new hour, a new quality and a new channel', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, makeSegment(0));
    await using archive = await openArchive(base.path, { watch: { pollIntervalMs: NEVER_MS } });
    const names = namesOf(archive);
    const made = [makeSegment(1, { hour: '2024-03-01T11' }), makeSegment(2, { quality: '480p' }), makeSegment(3)];
    const other = { ...makeSegment(3), address: { ...makeSegment(3).address, channel: 'other' } };
    for (const segment of [made[0]!, made[1]!, other]) await renameIn(base.path, segment);
    await waitFor(() => names.length >= 3, SOON);
    expect(names.sort()).toEqual(made.map(({ name }) => name).sort());
    await renameIn(base.path, makeSegment(5, { hour: '2024-03-01T11' }));
    await waitFor(() => names.length >= 4, SOON);
  });

  it('announces its own publishing once, not a second time for the rename that it sees', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, makeSegment(0));
    await using archive = await openArchive(base.path, { watch: { pollIntervalMs: 50 } });
    const names = namesOf(archive);
    const made = [2, 4, 6].map((seconds) => makeSegment(seconds));
    for (const { address, content } of made) await archive.publishSegment(address, content);
    await sleep(300);
    expect(names).toEqual(made.map(({ name }) => name));
  });

  it('finds by polling what no watch told', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, makeSegment(0));
    await using archive = await openArchive(base.path, { watch: { maxWatches: 0, pollIntervalMs: 50 } });
    const names = namesOf(archive);
    await renameIn(base.path, makeSegment(2));
    await renameIn(base.path, makeSegment(0, { hour: '2024-03-01T12' }));
    await waitFor(() => names.length >= 2, SOON);
    expect(names.sort()).toEqual([makeSegment(0, { hour: '2024-03-01T12' }).name, makeSegment(2).name].sort());
  });

  it('announces neither temp files nor tombstones nor foreign files', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, makeSegment(0));
    await using archive = await openArchive(base.path, { watch: { pollIntervalMs: 50 } });
    const names = namesOf(archive);
    const directory = path.join(base.path, 'demo/source', HOUR);
    for (const name of ['00:02.0-2.0-temp-x.ts', tombstoneName(makeSegment(0).name), 'notes.txt', '.hidden.ts']) {
      await writeFile(path.join(directory, name), '');
    }
    await renameIn(base.path, makeSegment(8));
    await waitFor(() => names.length > 0, SOON);
    await sleep(150);
    expect(names).toEqual([makeSegment(8).name]);
  });

  it('announces a segment again that was removed and came back', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, makeSegment(0));
    await using archive = await openArchive(base.path, { watch: { pollIntervalMs: NEVER_MS } });
    const names = namesOf(archive);
    const segment = makeSegment(2);
    await renameIn(base.path, segment);
    await waitFor(() => names.length === 1, SOON);
    await rm(path.join(base.path, 'demo/source', HOUR, segment.name));
    await sleep(100);
    await renameIn(base.path, segment);
    await waitFor(() => names.length === 2, SOON);
  });

  it('follows an hour directory that was removed and made anew', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, makeSegment(0));
    await using archive = await openArchive(base.path, { watch: { pollIntervalMs: 100 } });
    const names = namesOf(archive);
    await rm(path.join(base.path, 'demo/source', HOUR), { recursive: true });
    await renameIn(base.path, makeSegment(2));
    await waitFor(() => names.includes(makeSegment(2).name), SOON);
    await renameIn(base.path, makeSegment(4));
    await waitFor(() => names.includes(makeSegment(4).name), SOON);
  });

  it('goes on when one listener throws', async () => {
    await using base = await temporaryDirectory();
    const errors: unknown[] = [];
    await using archive = await openArchive(base.path, { onError: (error) => errors.push(error) });
    archive.onPublished(() => {
      throw new Error('listener trouble');
    });
    const names = namesOf(archive);
    const segment = makeSegment(0);
    await archive.publishSegment(segment.address, segment.content);
    expect([names, errors.map(String)]).toEqual([[segment.name], ['Error: listener trouble']]);
  });
});

describe('ArchiveWatcher', () => {
  async function watcherOf(base: string, options: ArchiveWatchOptions, seen: SegmentAddress[] = []) {
    const archive = await openArchive(base);
    const paths = new ArchivePaths(base);
    return new ArchiveWatcher({
      ...{ pollIntervalMs: NEVER_MS, ...options, paths },
      listChannels: async () => archive.listChannels(),
      listQualities: async (channel) => archive.listQualities(channel),
      listHours: async (channel, quality) => archive.listHours(channel, quality),
      list: async (directory) => archive.listHour('demo', 'source', path.basename(directory)),
      onAppeared: (address) => seen.push(address),
      onGone: () => {},
      onError: (error) => {
        throw error;
      },
    });
  }

  it('watches the newest hours only, within its limit, and nothing once closed', async () => {
    await using base = await temporaryDirectory();
    for (let hour = 0; hour < 10; hour++)
      await putSegment(base.path, makeSegment(0, { hour: `2024-03-01T0${hour.toString()}` }));
    const watcher = await watcherOf(base.path, { newestHours: 4 });
    await watcher.start();
    expect(watcher.watchCount).toBe(/* base, channel, quality */ 3 + 4);
    await watcher.close();
    expect(watcher.watchCount).toBe(0);
    const limited = await watcherOf(base.path, { maxWatches: 5 });
    await limited.start();
    expect(limited.watchCount).toBe(5);
    await limited.close();
  });

  it('lets the oldest hour go when a newer one comes', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, makeSegment(0));
    const seen: SegmentAddress[] = [];
    const watcher = await watcherOf(base.path, { newestHours: 1 }, seen);
    await watcher.start();
    await putSegment(base.path, makeSegment(0, { hour: '2024-03-01T11' }));
    await waitFor(() => seen.some(({ hour }) => hour === '2024-03-01T11'), SOON);
    expect(watcher.watchCount).toBe(4);
    await watcher.close();
  });
});
