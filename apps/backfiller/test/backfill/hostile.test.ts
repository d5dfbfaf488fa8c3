import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { CircuitBreaker } from '../../src/remote/circuit-breaker.ts';
import { withCircuitBreaker } from '../../src/remote/with-circuit-breaker.ts';
import { createMemoryRemoteNode } from '../support/memory-remote-node.ts';
import { digestText } from '../support/test-names.ts';
import {
  CHANNEL,
  filesOf,
  HOUR,
  makeEngine,
  makeSegment,
  makeSegments,
  namesIn,
  NOW_MS,
  openScene,
  openTestArchive,
  QUALITY,
  stateOf,
} from './support.ts';
import type { MadeSegment } from './support.ts';

const tombstoneOf = ({ path: file }: MadeSegment): string => file.replace(/\.ts$/, '.tombstone');
const tombstones = (segments: readonly MadeSegment[]): Record<string, Uint8Array> =>
  Object.fromEntries(segments.map((segment) => [tombstoneOf(segment), new Uint8Array()]));
const address = (name: string, hour = HOUR) => ({ channel: CHANNEL, quality: QUALITY, hour, name });

describe('a node that lists names which would leave the archive', () => {
  it('gets nothing written, is put on back-off, and raises an alert', async () => {
    await using directory = await temporaryDirectory();
    await using archive = await openTestArchive(path.join(directory.path, 'base'));
    const node = createMemoryRemoteNode({ protocol: null, files: filesOf(makeSegments(3)) });
    const { listHour } = node;
    node.listHour = async (...args) => ({
      ...(await listHour(...args)),
      refused: 1,
      unsafe: 1,
      refusedSample: ['../../x'],
    });
    const guarded = withCircuitBreaker(node);
    const { engine, metric, logged } = makeEngine({ archive, nodes: [guarded], state: stateOf(directory.path) });

    const report = await engine.runPass();

    expect(report).toMatchObject({ complete: false, totals: { segments: 0 } });
    expect(report.nodes[0]).toMatchObject({ alerts: ['unsafe-names'] });
    expect(guarded.circuit.state).toBe('open');
    expect(await metric('backfill_alerts_total', { remote: 'memory', kind: 'unsafe-names' })).toBe(1);
    expect(logged(/Alert: memory/, 50)).toHaveLength(1);
    expect(await readdir(directory.path)).not.toContain('x');
  });

  it('does not keep another node from filling the archive', async () => {
    await using scene = await openScene();
    const segments = makeSegments(20);
    const hostile = createMemoryRemoteNode({ name: 'hostile', protocol: null, files: filesOf(segments) });
    hostile.listHour = async () => ({ names: [], refused: 1, unsafe: 1, refusedSample: ['/etc/passwd'] });
    const good = createMemoryRemoteNode({ name: 'good', files: filesOf(segments) });
    const { engine } = scene.engine({ nodes: [hostile, good] });

    const report = await engine.runPass();
    expect(report.totals.segments).toBe(20);
    expect(report.nodes.map(({ complete }) => complete)).toEqual([false, true]);
  });
});

describe('a node whose contents are all wrong', () => {
  it('publishes nothing, and is put on back-off with an alert before it was asked for everything', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const segments = makeSegments(500);
    const node = createMemoryRemoteNode({
      protocol: null,
      files: filesOf(segments.map((segment) => ({ ...segment, content: new Uint8Array([1]) }))),
    });
    const guarded = withCircuitBreaker(node);
    const { engine, logged } = scene.engine({ nodes: [guarded] });

    const report = await engine.runPass();

    expect(await namesIn(archive)).toEqual([]);
    expect(node.contentsServed).toBeLessThan(40);
    expect(guarded.circuit.state).toBe('open');
    expect(report.nodes[0]?.alerts).toEqual(['bad-content']);
    expect(logged(/./, 40).length).toBeLessThan(6);
  });
});

describe('tombstones', () => {
  it('are put in place as empty files, in an hour that is not here too, and hide what is here', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const [hidden, kept] = [makeSegment(0), makeSegment(2)];
    await archive.publishSegment(address(hidden.name), hidden.content);
    const elsewhere = makeSegment(0, { hour: '2026-05-01T07' });
    const node = createMemoryRemoteNode({ files: { ...tombstones([hidden, elsewhere]), ...filesOf([kept]) } });
    const { engine } = scene.engine({ nodes: [node] });

    const report = await engine.runPass();

    expect(report).toMatchObject({ complete: true, totals: { segments: 1, tombstones: 2 } });
    expect(await namesIn(archive)).toEqual([hidden.name.replace(/ts$/, 'tombstone'), kept.name]);
    expect(await namesIn(archive, { hour: '2026-05-01T07' })).toHaveLength(1);
    const files = await readdir(path.join(scene.base, CHANNEL, QUALITY, HOUR));
    expect(files).toContain(hidden.name);
  });

  it('keep segments that other nodes still have from coming back', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const segment = makeSegment(0);
    await archive.publishTombstone(address(segment.name.replace(/ts$/, 'tombstone')));
    const node = createMemoryRemoteNode({ files: filesOf([segment]) });
    const { engine } = scene.engine({ nodes: [node] });
    expect(await engine.runPass()).toMatchObject({
      complete: true,
      totals: { segments: 0, skipped: { tombstoned: 1 } },
    });
  });

  it('for every segment hide none of them: the node is put on back-off with an alert, also in the next passes', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const segments = makeSegments(300);
    for (const { name, content } of segments) await archive.publishSegment(address(name), content);
    const added = makeSegment(1000);
    const node = createMemoryRemoteNode({ files: { ...tombstones(segments), ...filesOf([added]) } });
    let nowMs = 0;
    const guarded = withCircuitBreaker(node, { now: () => nowMs });
    const { engine, metric, logged } = scene.engine({ nodes: [guarded] });

    for (let pass = 1; pass <= 3; pass += 1) {
      const report = await engine.runPass();
      expect(report).toMatchObject({ complete: false, totals: { tombstones: 0 } });
      expect(report.nodes[0]?.alerts).toEqual(['tombstone-limit']);
      expect(guarded.circuit.state).toBe('open');
      expect(await metric('backfill_alerts_total', { kind: 'tombstone-limit' })).toBe(pass);
      nowMs += 1e9;
    }
    expect(await namesIn(archive)).toEqual([...segments, added].map(({ name }) => name).sort());
    expect(logged(/Alert: memory/, 50)).toHaveLength(3);
  });

  it('in small portions hide no more than the daily limit, also across restarts', async () => {
    await using scene = await openScene();
    const segments = makeSegments(400);
    const node = createMemoryRemoteNode({ protocol: null });
    const settings = { tombstoneLimit: 50, tombstoneDailyLimit: 120 };
    let applied = 0;
    for (let pass = 0; pass < 8; pass += 1) {
      for (const [file, content] of Object.entries(tombstones(segments.slice(40 * pass, 40 * (pass + 1)))))
        node.put(file, content);
      const { engine } = scene.engine({ nodes: [node], settings });
      applied += (await engine.runPass()).totals.tombstones;
    }
    expect(applied).toBe(120);
    const later = (): number => NOW_MS + 86_400_000;
    for (const { path: file } of segments) node.remove(file.replace(/ts$/, 'tombstone'));
    for (const [file, content] of Object.entries(tombstones(segments.slice(350, 380)))) node.put(file, content);
    const { engine } = scene.engine({ nodes: [node], settings, now: later });
    expect((await engine.runPass()).totals.tombstones).toBe(30);
  });

  it('from a node that may not send them are left out', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    const node = createMemoryRemoteNode({ files: tombstones(makeSegments(3)), trust: { tombstones: false } });
    const { engine } = scene.engine({ nodes: [node] });
    expect(await engine.runPass()).toMatchObject({
      complete: true,
      totals: { tombstones: 0, skipped: { untrusted: 3 } },
    });
    expect(await namesIn(archive)).toEqual([]);
  });
});

describe('a made-up segment', () => {
  const good = makeSegments(30);
  const cases: [string, MadeSegment, string][] = [
    ['with the start of a full one that is here', makeSegment(10, { text: 'forged', seconds: '9.0' }), 'second-full'],
    [
      'that begins a microsecond before one that is here',
      makeSegment(9, { text: 'forged', micros: 999_999, seconds: '2.0' }),
      'covered',
    ],
    [
      'that claims to last a minute, from a gap at the end',
      makeSegment(1, { text: 'forged', seconds: '60.0' }),
      'covered',
    ],
    [
      'that is partial and covers what is here',
      makeSegment(11, { text: 'forged', type: 'partial', seconds: '20.0' }),
      'covered',
    ],
    ['that claims to last an hour', makeSegment(100, { text: 'forged', seconds: '3600.0' }), 'implausible'],
    [
      'from the hour before that reaches over what is here',
      makeSegment(3599, { hour: '2026-05-01T09', text: 'forged', seconds: '60.0' }),
      'covered',
    ],
    ['that claims to be from the future', makeSegment(0, { hour: '2026-05-02T01', text: 'forged' }), 'future'],
  ];

  it.each(cases)('%s is not taken from a node that may not replace', async (_title, forged, reason) => {
    await using scene = await openScene();
    const { archive } = scene;
    for (const { name, content } of good) await archive.publishSegment(address(name), content);
    const node = createMemoryRemoteNode({ protocol: null, files: filesOf([...good, forged]) });
    const { engine } = scene.engine({ nodes: [node] });
    expect((await engine.runPass()).totals).toMatchObject({ segments: 0, skipped: { [reason]: 1 } });
  });

  it('with another start is taken where it fills more than it overlaps', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    for (const { name, content } of good.slice(0, 10)) await archive.publishSegment(address(name), content);
    const node = createMemoryRemoteNode({ files: filesOf([makeSegment(19, { text: 'cut otherwise' })]) });
    const { engine } = scene.engine({ nodes: [node] });
    expect((await engine.runPass()).totals.segments).toBe(1);
  });

  it('from a node that may replace is taken', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    for (const { name, content } of good) await archive.publishSegment(address(name), content);
    const longer = makeSegment(10, { text: 'longer', seconds: '4.0' });
    const node = createMemoryRemoteNode({ files: filesOf([longer]), trust: { replace: true } });
    const { engine } = scene.engine({ nodes: [node] });
    expect((await engine.runPass()).totals.segments).toBe(1);
  });
});

describe('extras', () => {
  it('are copied where they are new, and never overwritten', async () => {
    await using scene = await openScene();
    const { archive } = scene;
    await archive.publishExtra('emotes', 'a/1', new Uint8Array([1]));
    const extras = {
      'emotes/a/1': new Uint8Array([9]),
      'emotes/b/2': new Uint8Array([2]),
      'emotes/b/3.x.temp': new Uint8Array([3]),
    };
    const node = createMemoryRemoteNode({ extras });
    const { engine } = scene.engine({
      nodes: [node],
      settings: { extras: ['emotes'] },
    });

    const report = await engine.runPass();

    expect(report).toMatchObject({ complete: true, totals: { segments: 1, verified: 0, skipped: { temp: 1 } } });
    expect(await archive.listExtras('emotes')).toEqual(['a/1', 'b/2']);
    const content = await archive.openExtra('emotes', 'a/1');
    expect(content?.bytes).toEqual(Buffer.from([1]));
    await content?.close();
  });

  it('that lead out of their directory are refused', async () => {
    await using directory = await temporaryDirectory();
    await using archive = await openTestArchive(path.join(directory.path, 'base'));
    const names = ['../../escaped', '/etc/x', 'a/../../b', 'ok'];
    const node = createMemoryRemoteNode({ extras: { 'emotes/ok': new Uint8Array([1]) } });
    node.listExtras = async () => ({ names: names.sort(), refused: 0, unsafe: 0, refusedSample: [] });
    const { engine } = makeEngine({
      archive,
      nodes: [node],
      state: stateOf(directory.path),
      settings: { extras: ['emotes'] },
    });

    const report = await engine.runPass();

    expect(report.totals.segments).toBe(1);
    expect(report.nodes[0]?.refusedNames).toBe(3);
    expect(await readdir(directory.path)).toEqual(expect.not.arrayContaining(['escaped', 'b']));
  });

  it('stop at the limit of a pass, which is then not complete', async () => {
    await using scene = await openScene();
    const extras = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`emotes/${at}`, new Uint8Array(1000)]));
    const node = createMemoryRemoteNode({ extras });
    const settings = { extras: ['emotes'], maxExtrasBytesPerPass: 10_000 };
    const { engine } = scene.engine({ nodes: [node], settings });
    const report = await engine.runPass();
    expect(report.complete).toBe(false);
    expect(report.totals.bytes).toBeLessThanOrEqual(10_000 + 5 * 1000);
  });

  it('of a node that may not send them are not even listed', async () => {
    await using scene = await openScene();
    const node = createMemoryRemoteNode({ extras: { 'emotes/1': new Uint8Array([1]) }, trust: { extras: false } });
    const { engine } = scene.engine({
      nodes: [node],
      settings: { extras: ['emotes'] },
    });
    expect(await engine.runPass()).toMatchObject({ complete: true, totals: { segments: 0 } });
    expect(node.countCalls('listExtras')).toBe(0);
  });
});

describe('a listing of an hour', () => {
  it('with twenty thousand names of which none is there ends, with few requests and few log lines', async () => {
    await using scene = await openScene();
    const hash = digestText('');
    const names = Array.from({ length: 20_000 }, (_, at) => {
      const [second, micros] = [Math.floor(at / 20), (at % 20) * 50_000];
      const clock = [Math.floor(second / 60), second % 60].map((part) => String(part).padStart(2, '0')).join(':');
      return `${clock}.${String(micros).padStart(6, '0')}-0.01-full-${hash}.ts`;
    });
    const node = createMemoryRemoteNode({ protocol: null, files: filesOf(makeSegments(1)) });
    node.listHour = async () => ({ names, refused: 0, unsafe: 0, refusedSample: [] });
    const circuit = new CircuitBreaker({ node: 'memory', now: () => 0 });
    const { engine, logged } = scene.engine({
      nodes: [Object.assign(node, { circuit })],
    });
    const { totals, complete } = await engine.runPass();
    expect(complete).toBe(false);
    expect(totals).toMatchObject({ segments: 0, failed: { missing: 20_000 } });
    expect(logged(/./, 40).length).toBeLessThan(5);
  });
});
