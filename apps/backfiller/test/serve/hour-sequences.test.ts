import { rm } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { HourSequences } from '../../src/serve/hour-sequences.ts';
import { HOUR, makeSegment, openArchive, putSegment } from '../archive/support.ts';

const get = async (sequences: HourSequences) => sequences.get('demo', 'source', HOUR);

describe('HourSequences', () => {
  it('gives the very same sequence while the hour stays the same, and another one after a change', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, makeSegment(0));
    await using archive = await openArchive(base.path);
    const sequences = new HourSequences(archive);
    const first = await get(sequences);
    expect(await get(sequences)).toBe(first);
    await putSegment(base.path, makeSegment(2));
    expect((await get(sequences)).segments.length).toBe(2);
  });

  it('lets the size of the files decide between segments that are alike', async () => {
    await using base = await temporaryDirectory();
    const [short, long] = [makeSegment(0, { text: 'x' }), makeSegment(0, { text: 'x'.repeat(1000) })];
    await putSegment(base.path, short);
    await putSegment(base.path, long);
    await using archive = await openArchive(base.path);
    const { segments } = await get(new HourSequences(archive));
    expect(segments.map(({ name }) => name)).toEqual([long.name]);
  });

  it('chooses once for all who ask at the same time, and keeps no failure', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, makeSegment(0));
    await using archive = await openArchive(base.path);
    const sequences = new HourSequences(archive);
    const all = await Promise.all([get(sequences), get(sequences), get(sequences)]);
    expect(new Set(all).size).toBe(1);
    const hourDigest = archive.hourDigest.bind(archive);
    archive.hourDigest = async () => Promise.reject(new Error('disk trouble'));
    await expect(get(sequences)).rejects.toThrow('disk trouble');
    archive.hourDigest = hourDigest;
    expect(await get(sequences)).toBe(all[0]);
  });

  it('holds a bounded number of segments', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, makeSegment(0));
    await using archive = await openArchive(base.path);
    const sequences = new HourSequences(archive, 100);
    const first = await get(sequences);
    expect(await get(sequences)).not.toBe(first);
  });

  it('has nothing of an hour that is gone', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, makeSegment(0));
    await using archive = await openArchive(base.path);
    const sequences = new HourSequences(archive);
    await get(sequences);
    await rm(path.join(base.path, 'demo/source', HOUR), { recursive: true });
    expect((await get(sequences)).segments).toEqual([]);
  });
});
