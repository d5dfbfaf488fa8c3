import { describe, expect, it } from 'vitest';
import { createMemoryRemoteNode } from '../support/memory-remote-node.ts';
import { CHANNEL, filesOf, HOUR, makeSegment, namesIn, openScene, QUALITY } from './support.ts';
import type { MadeSegment } from './support.ts';

const address = (name: string) => ({ channel: CHANNEL, quality: QUALITY, hour: HOUR, name });
const shifted = (micros: number, shape = {}): MadeSegment =>
  makeSegment(10, { text: 'same content', micros, ...shape });

describe('the same content under a start that differs by at most 1 ms', () => {
  it.each([1, 999, 1000])('is not fetched where it differs by %i µs, and is counted', async (micros) => {
    await using scene = await openScene();
    const { archive } = scene;
    const here = shifted(0);
    await archive.publishSegment(address(here.name), here.content);
    const node = createMemoryRemoteNode({ files: filesOf([shifted(micros)]) });
    const { engine, metric } = scene.engine({ nodes: [node] });

    expect(await engine.runPass()).toMatchObject({
      complete: true,
      totals: { segments: 0, skipped: { 'near-duplicate': 1 } },
    });
    expect(await metric('small_difference_segments', { remote: 'memory', channel: CHANNEL, quality: QUALITY })).toBe(1);
  });

  it('comes once where two nodes have it, also when the first copy turns out to be bad', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const [first, second] = [shifted(0), shifted(500)];
    const bad = createMemoryRemoteNode({ name: 'bad', files: { [first.path]: new Uint8Array([1]) } });
    const good = createMemoryRemoteNode({ name: 'good', files: filesOf([second]) });
    const { engine } = scene.engine({ nodes: [bad, good] });
    const report = await engine.runPass();
    expect(report.totals).toMatchObject({ segments: 1, failed: { mismatch: 1 } });
    expect(await namesIn(archive)).toEqual([second.name]);
  });

  it.each([
    ['by 1,001 µs', shifted(1001), 'covered'],
    ['in its duration', shifted(1, { seconds: '1.9' }), 'covered'],
  ])('counts as another segment where it differs %s', async (_title, other, reason) => {
    await using scene = await openScene();
    const { archive } = scene;
    const here = shifted(0);
    await archive.publishSegment(address(here.name), here.content);
    const files = filesOf([other]);
    const replacing = createMemoryRemoteNode({ name: 'replacing', files, trust: { replace: true } });
    const plain = createMemoryRemoteNode({ name: 'plain', files });
    const plainly = scene.engine({ nodes: [plain] });
    expect((await plainly.engine.runPass()).totals).toMatchObject({ segments: 0, skipped: { [reason]: 1 } });
    const { engine } = scene.engine({ nodes: [replacing] });
    expect((await engine.runPass()).totals.segments).toBe(1);
  });
});

describe('suspect and partial segments', () => {
  it('are not fetched where a full one with their start is here', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const full = makeSegment(0);
    await archive.publishSegment(address(full.name), full.content);
    const files = filesOf([makeSegment(0, { type: 'partial', seconds: '1.5' }), makeSegment(0, { type: 'suspect' })]);
    const node = createMemoryRemoteNode({ files });
    const { engine } = scene.engine({ nodes: [node] });
    expect(await engine.runPass()).toMatchObject({
      complete: true,
      totals: { segments: 0, skipped: { 'have-full': 2 } },
    });
    expect(node.contentsServed).toBe(0);
  });

  it('are not fetched where a full one is on its way, from whichever node', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const full = makeSegment(0);
    const partial = makeSegment(0, { type: 'partial', seconds: '1.5' });
    const node = createMemoryRemoteNode({ files: filesOf([full, partial]) });
    const { engine } = scene.engine({ nodes: [node] });
    expect(await engine.runPass()).toMatchObject({
      complete: true,
      totals: { segments: 1, skipped: { 'have-full': 1 } },
    });
    expect(await namesIn(archive)).toEqual([full.name]);
  });

  it('are fetched where the full one cannot be had', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const full = makeSegment(0);
    const partial = makeSegment(0, { type: 'partial', seconds: '1.5' });
    const node = createMemoryRemoteNode({ files: { ...filesOf([partial]), [full.path]: new Uint8Array([1]) } });
    const { engine } = scene.engine({ nodes: [node] });
    expect((await engine.runPass()).totals).toMatchObject({ segments: 1, failed: { mismatch: 1 } });
    expect(await namesIn(archive)).toEqual([partial.name]);
  });

  it('give way to a full one that comes later', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const partial = makeSegment(0, { type: 'partial', seconds: '1.5' });
    await archive.publishSegment(address(partial.name), partial.content);
    const node = createMemoryRemoteNode({ files: filesOf([makeSegment(0)]) });
    const { engine } = scene.engine({ nodes: [node] });
    expect((await engine.runPass()).totals.segments).toBe(1);
    expect(await namesIn(archive)).toHaveLength(2);
  });
});

describe('two full segments with one start', () => {
  it('are not both taken, and the second comes where the first cannot be had', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const [bad, good] = [makeSegment(0, { text: 'one' }), makeSegment(0, { text: 'two' })];
    const a = createMemoryRemoteNode({ name: 'a', files: { [bad.path]: new Uint8Array([1]) } });
    const b = createMemoryRemoteNode({ name: 'b', files: filesOf([good]) });
    const { engine } = scene.engine({ nodes: [a, b] });
    expect((await engine.runPass()).totals).toMatchObject({ segments: 1, mismatches: 1 });
    expect(await namesIn(archive)).toEqual([good.name]);
  });
});
