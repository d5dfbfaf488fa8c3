import { readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { PathComponentInvalidError } from '../../src/archive/archive-errors.ts';
import { putFile } from '../archive/support.ts';
import { filesIn, HOUR, NEXT_HOUR, openCache, putNames, rowOfNames, SECOND, segmentName } from './support.ts';

const memoryOf = (state: string): string => path.join(state, 'coverage', 'demo', 'source.json');

async function makeArchive(base: string): Promise<void> {
  await putNames(base, HOUR, rowOfNames(0, 20));
  await putNames(base, NEXT_HOUR, rowOfNames(0, 20));
}

describe('the coverage cache', () => {
  it('knows in a later process what an earlier one has read', async () => {
    await using base = await temporaryDirectory();
    await using state = await temporaryDirectory();
    await makeArchive(base.path);
    await using first = await openCache(base.path, { stateDirectory: state.path });
    const before = await first.cache.get('demo', 'source');
    await putNames(base.path, NEXT_HOUR, [segmentName(20, 2, 'suspect')]);
    await using second = await openCache(base.path, { stateDirectory: state.path });
    const after = await second.cache.get('demo', 'source');
    expect(second.readHours()).toEqual([NEXT_HOUR]);
    expect(after.hours.get(HOUR)).toEqual(before.hours.get(HOUR));
    expect(after.hours.get(NEXT_HOUR)?.stored.suspect).toEqual([1, 2 * SECOND]);
  });

  it.each([
    ['cut off', (text: string) => text.slice(0, -20)],
    ['of another version', (text: string) => text.replace('"version":1', '"version":2')],
    ['of another shape', (text: string) => text.replace('"covered":[', '"covered":["x",')],
    ['of counts of another shape', (text: string) => text.replace('"stored":{"full":[', '"stored":{"full":[1,')],
    ['without a tail', (text: string) => text.replace('"tail":[]', '"tail":[7]')],
    ['of a state that is no number', (text: string) => text.replace('"state":["', '"state":["x')],
    ['no record', () => '[]'],
  ])('reads everything anew where its record is %s, says so, and repairs it', async (_, damage) => {
    await using base = await temporaryDirectory();
    await using state = await temporaryDirectory();
    await makeArchive(base.path);
    await using first = await openCache(base.path, { stateDirectory: state.path });
    const before = await first.cache.get('demo', 'source');
    const whole = await readFile(memoryOf(state.path), 'utf8');
    await writeFile(memoryOf(state.path), damage(whole));
    await using second = await openCache(base.path, { stateDirectory: state.path });
    expect(await second.cache.get('demo', 'source')).toEqual(before);
    expect(second.readHours()).toEqual([HOUR, NEXT_HOUR]);
    expect(second.warnings).toHaveLength(1);
    expect(await readFile(memoryOf(state.path), 'utf8')).toBe(whole);
  });

  it('goes on, with a warning, where its record cannot be written', async () => {
    await using base = await temporaryDirectory();
    await makeArchive(base.path);
    const inTheWay = await putFile(base.path, 'file');
    await using opened = await openCache(base.path, { stateDirectory: inTheWay });
    expect((await opened.cache.get('demo', 'source')).hours.size).toBe(2);
    expect(opened.warnings.length).toBeGreaterThan(0);
  });

  it('reads an hour again that had changed within the last tick of the clock', async () => {
    await using base = await temporaryDirectory();
    await makeArchive(base.path);
    await using opened = await openCache(base.path, { now: () => Date.now() - 60_000 });
    await opened.cache.get('demo', 'source');
    await opened.cache.get('demo', 'source');
    expect(opened.readHours()).toEqual([HOUR, NEXT_HOUR, HOUR, NEXT_HOUR]);
  });

  it('sees a change that leaves the time of the directory as it was', async () => {
    await using base = await temporaryDirectory();
    await makeArchive(base.path);
    const directory = path.join(base.path, 'demo', 'source', HOUR);
    const then = new Date('2024-03-01T12:00:00Z');
    await utimes(directory, then, then);
    await using opened = await openCache(base.path);
    await opened.cache.get('demo', 'source');
    await putNames(base.path, HOUR, [segmentName(30)]);
    await utimes(directory, then, then);
    expect((await opened.cache.get('demo', 'source')).hours.get(HOUR)?.stored.full[0]).toBe(11);
  });

  it('reads the next hour again, and no more, where a segment comes to reach into it', async () => {
    await using base = await temporaryDirectory();
    await putNames(base.path, HOUR, rowOfNames(0, 20));
    await putNames(base.path, NEXT_HOUR, [segmentName(0, 1), segmentName(10)]);
    await putNames(base.path, '2024-03-01T12', rowOfNames(0, 20));
    await using opened = await openCache(base.path);
    const before = await opened.cache.get('demo', 'source');
    expect(before.hours.get(NEXT_HOUR)?.overlaps.full[0]).toBe(0);
    opened.readHours();
    await putNames(base.path, HOUR, [segmentName(3599, 6)]);
    const after = await opened.cache.get('demo', 'source');
    expect(opened.readHours()).toEqual([HOUR, NEXT_HOUR]);
    expect(after.hours.get(NEXT_HOUR)?.overlaps.full).toEqual([1, 1 * SECOND]);
    expect(after.usable).not.toEqual(before.usable);
  });

  it('reads names that are not ASCII as what they are', async () => {
    await using base = await temporaryDirectory();
    // Four characters, six bytes: the fraction that is left of it is `5` or nothing that is a number.
    const odd = segmentName(30).replace('00:30.000000', '00é30ü5');
    await putNames(base.path, HOUR, [...rowOfNames(0, 20), odd]);
    await using opened = await openCache(base.path);
    const { hours } = await opened.cache.get('demo', 'source');
    expect(hours.get(HOUR)).toMatchObject({ bad: 0, stored: { full: [11, 22 * SECOND] } });
  });

  it('shares one check between those who ask at the same time', async () => {
    await using base = await temporaryDirectory();
    await makeArchive(base.path);
    await using opened = await openCache(base.path);
    const [one, other] = await Promise.all([opened.cache.get('demo', 'source'), opened.cache.get('demo', 'source')]);
    expect(one).toBe(other);
    expect(opened.readHours()).toEqual([HOUR, NEXT_HOUR]);
  });

  it('keeps nothing, and writes nothing, for what is not there', async () => {
    await using base = await temporaryDirectory();
    await using state = await temporaryDirectory();
    await using opened = await openCache(base.path, { stateDirectory: state.path });
    expect((await opened.cache.get('absent', 'source')).hours.size).toBe(0);
    expect(filesIn(state.path)).toEqual([]);
  });

  it.each([
    ['a/../../..', 'source'],
    ['demo', 'a/../../../demo/source'],
    ['..', 'source'],
  ])('looks for no record of %s and %s, which lead out of its folder', async (channel, quality) => {
    await using base = await temporaryDirectory();
    await using state = await temporaryDirectory();
    await using opened = await openCache(base.path, { stateDirectory: path.join(state.path, 'state') });
    // Where the names would lead; that it is no record would be said in a warning.
    for (const file of ['source.json', 'state/demo/source.json', 'state/source.json']) await putFile(state.path, file);
    await expect(opened.cache.get(channel, quality)).rejects.toThrow(PathComponentInvalidError);
    expect(opened.warnings).toEqual([]);
  });

  it('touches nothing once it is cancelled', async () => {
    await using base = await temporaryDirectory();
    await using state = await temporaryDirectory();
    await makeArchive(base.path);
    await using opened = await openCache(base.path, { stateDirectory: state.path });
    const reason = new Error('enough');
    await expect(opened.cache.get('demo', 'source', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(opened.readHours()).toEqual([]);
    expect(filesIn(state.path)).toEqual([]);
    expect((await opened.cache.get('demo', 'source')).hours.size).toBe(2);
  });
});
