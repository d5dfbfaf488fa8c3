import path from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { createMemoryRemoteNode } from '../support/memory-remote-node.ts';
import { CHANNEL, filesOf, HOUR, makeEngine, makeSegment, namesIn, openTestArchive, QUALITY } from './support.ts';
import type { MadeSegment } from './support.ts';

const stateOf = (base: string): string => path.join(base, '.waybill');
const address = (name: string) => ({ channel: CHANNEL, quality: QUALITY, hour: HOUR, name });
const shifted = (micros: number, shape = {}): MadeSegment =>
  makeSegment(10, { text: 'same content', micros, ...shape });

describe('the same content under a start that differs by at most 1 ms', () => {
  it.each([1, 999, 1000])('is not fetched where it differs by %i µs, and is counted', async (micros) => {
    await using directory = await temporaryDirectory();
    await using archive = await openTestArchive(directory.path);
    const here = shifted(0);
    await archive.publishSegment(address(here.name), here.content);
    const node = createMemoryRemoteNode({ files: filesOf([shifted(micros)]) });
    const { engine, metric } = makeEngine({ archive, nodes: [node], state: stateOf(directory.path) });

    expect(await engine.runPass()).toMatchObject({
      complete: true,
      totals: { segments: 0, skipped: { 'near-duplicate': 1 } },
    });
    expect(await metric('small_difference_segments', { remote: 'memory', channel: CHANNEL, quality: QUALITY })).toBe(1);
  });

  it('comes once where two nodes have it, also when the first copy turns out to be bad', async () => {
    await using directory = await temporaryDirectory();
    await using archive = await openTestArchive(directory.path);
    const [first, second] = [shifted(0), shifted(500)];
    const bad = createMemoryRemoteNode({ name: 'bad', files: { [first.path]: new Uint8Array([1]) } });
    const good = createMemoryRemoteNode({ name: 'good', files: filesOf([second]) });
    const { engine } = makeEngine({ archive, nodes: [bad, good], state: stateOf(directory.path) });
    const report = await engine.runPass();
    expect(report.totals).toMatchObject({ segments: 1, failed: { mismatch: 1 } });
    expect(await namesIn(archive)).toEqual([second.name]);
  });

  it.each([
    ['by 1,001 µs', shifted(1001), 'covered'],
    ['in its duration', shifted(1, { seconds: '1.9' }), 'covered'],
  ])('counts as another segment where it differs %s', async (_title, other, reason) => {
    await using directory = await temporaryDirectory();
    await using archive = await openTestArchive(directory.path);
    const here = shifted(0);
    await archive.publishSegment(address(here.name), here.content);
    const files = filesOf([other]);
    const replacing = createMemoryRemoteNode({ name: 'replacing', files, trust: { replace: true } });
    const plain = createMemoryRemoteNode({ name: 'plain', files });
    const plainly = makeEngine({ archive, nodes: [plain], state: stateOf(directory.path) });
    expect((await plainly.engine.runPass()).totals).toMatchObject({ segments: 0, skipped: { [reason]: 1 } });
    const { engine } = makeEngine({ archive, nodes: [replacing], state: stateOf(directory.path) });
    expect((await engine.runPass()).totals.segments).toBe(1);
  });
});

describe('suspect and partial segments', () => {
  it('are not fetched where a full one with their start is here', async () => {
    await using directory = await temporaryDirectory();
    await using archive = await openTestArchive(directory.path);
    const full = makeSegment(0);
    await archive.publishSegment(address(full.name), full.content);
    const files = filesOf([makeSegment(0, { type: 'partial', seconds: '1.5' }), makeSegment(0, { type: 'suspect' })]);
    const node = createMemoryRemoteNode({ files });
    const { engine } = makeEngine({ archive, nodes: [node], state: stateOf(directory.path) });
    expect(await engine.runPass()).toMatchObject({
      complete: true,
      totals: { segments: 0, skipped: { 'have-full': 2 } },
    });
    expect(node.contentsServed).toBe(0);
  });

  it('are not fetched where a full one is on its way, from whichever node', async () => {
    await using directory = await temporaryDirectory();
    await using archive = await openTestArchive(directory.path);
    const full = makeSegment(0);
    const partial = makeSegment(0, { type: 'partial', seconds: '1.5' });
    const node = createMemoryRemoteNode({ files: filesOf([full, partial]) });
    const { engine } = makeEngine({ archive, nodes: [node], state: stateOf(directory.path) });
    expect(await engine.runPass()).toMatchObject({
      complete: true,
      totals: { segments: 1, skipped: { 'have-full': 1 } },
    });
    expect(await namesIn(archive)).toEqual([full.name]);
  });

  it('are fetched where the full one cannot be had', async () => {
    await using directory = await temporaryDirectory();
    await using archive = await openTestArchive(directory.path);
    const full = makeSegment(0);
    const partial = makeSegment(0, { type: 'partial', seconds: '1.5' });
    const node = createMemoryRemoteNode({ files: { ...filesOf([partial]), [full.path]: new Uint8Array([1]) } });
    const { engine } = makeEngine({ archive, nodes: [node], state: stateOf(directory.path) });
    expect((await engine.runPass()).totals).toMatchObject({ segments: 1, failed: { mismatch: 1 } });
    expect(await namesIn(archive)).toEqual([partial.name]);
  });

  it('give way to a full one that comes later', async () => {
    await using directory = await temporaryDirectory();
    await using archive = await openTestArchive(directory.path);
    const partial = makeSegment(0, { type: 'partial', seconds: '1.5' });
    await archive.publishSegment(address(partial.name), partial.content);
    const node = createMemoryRemoteNode({ files: filesOf([makeSegment(0)]) });
    const { engine } = makeEngine({ archive, nodes: [node], state: stateOf(directory.path) });
    expect((await engine.runPass()).totals.segments).toBe(1);
    expect(await namesIn(archive)).toHaveLength(2);
  });
});

describe('two full segments with one start', () => {
  it('are not both taken, and the second comes where the first cannot be had', async () => {
    await using directory = await temporaryDirectory();
    await using archive = await openTestArchive(directory.path);
    const [bad, good] = [makeSegment(0, { text: 'one' }), makeSegment(0, { text: 'two' })];
    const a = createMemoryRemoteNode({ name: 'a', files: { [bad.path]: new Uint8Array([1]) } });
    const b = createMemoryRemoteNode({ name: 'b', files: filesOf([good]) });
    const { engine } = makeEngine({ archive, nodes: [a, b], state: stateOf(directory.path) });
    expect((await engine.runPass()).totals).toMatchObject({ segments: 1, mismatches: 1 });
    expect(await namesIn(archive)).toEqual([good.name]);
  });
});
