import path from 'node:path';
import { temporaryDirectory, waitFor } from '@waybill/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dishonestFiles, listFiles, readFiles, writeFiles } from './support/archive-files.ts';
import { startPasses } from './support/backfiller.ts';
import type { LogLine, Service } from './support/backfiller.ts';
import { startFaultyNode } from './support/faulty-node.ts';
import type { FaultyNode } from './support/faulty-node.ts';
import { hostileFaults } from './support/hostile-nodes.ts';
import { filesOf, makeSegments } from './support/made-segments.ts';
import type { Metrics } from './support/metrics.ts';
import { peakMemoryBytes } from './support/peak-memory.ts';

const MOST_MEMORY_BYTES = 250_000_000;
const extras = new Map([
  ['emotes/a.png', Buffer.from('a')],
  ['emotes/deep/b.png', Buffer.from('b')],
]);
/** More than a node may bury in one pass. */
const honestFiles = new Map<string, Uint8Array>([...filesOf(makeSegments(150)), ...extras]);
/** Listed by the hostile nodes alone, so that nobody can spare them the requests. */
const lureFiles = filesOf(makeSegments(60, { hour: '2024-03-01T11' }));
const hostileFiles = new Map<string, Uint8Array>([...honestFiles, ...lureFiles]);

interface Scene {
  readonly outer: string;
  readonly base: string;
  readonly hostile: ReadonlyMap<string, FaultyNode>;
  readonly otherHost: FaultyNode;
  readonly child: Service;
}

const cleanup = new AsyncDisposableStack();
let scene: Scene;
let outsideBefore: ReadonlyMap<string, Buffer>;
/** Nodes that were seen on back-off. */
const onBackOff = new Set<string>();
let metrics: Metrics;
let logs: readonly LogLine[];

const filesOutside = ({ outer, base }: Pick<Scene, 'outer' | 'base'>): Map<string, Buffer> =>
  new Map([...readFiles(outer)].filter(([file]) => !file.startsWith(`${path.relative(outer, base)}/`)));

/** A base directory with sentinels beside it, above it, and where an absolute name would lead. */
const setScene = async (): Promise<Scene> => {
  const { path: outer } = cleanup.use(await temporaryDirectory());
  const base = path.join(outer, 'a', 'b', 'base');
  const sentinels = [
    'sentinel',
    'a/sentinel',
    'a/b/sentinel',
    'a/b/base.ts',
    'outside/sentinel.ts',
    'escaped/sentinel',
  ];
  writeFiles(outer, new Map(sentinels.map((file) => [file, `this is ${file}`])));
  const otherHost = cleanup.use(await startFaultyNode({ files: hostileFiles }));
  const honest = cleanup.use(await startFaultyNode({ files: honestFiles }));
  const faults = hostileFaults({ files: hostileFiles, outside: path.join(outer, 'outside'), otherHost: otherHost.url });
  const hostile = new Map<string, FaultyNode>();
  for (const [name, fault] of Object.entries(faults)) {
    hostile.set(name, cleanup.use(await startFaultyNode({ files: hostileFiles, fault })));
  }
  outsideBefore = filesOutside({ outer, base });
  const nodes = [...hostile].map(([name, { url }]) => `${url}#name=${name}`);
  const args = ['--extras', 'emotes', '--interval', '1h', '--max-segment-bytes', '4M'];
  const child = cleanup.use(await startPasses(base, [...nodes, `${honest.url}#name=honest`], args));
  return { outer, base, hostile, otherHost, child };
};

const isOver = async (): Promise<boolean> => {
  metrics = await scene.child.metrics();
  for (const name of scene.hostile.keys()) {
    if (metrics.sum('node_circuit_open', { remote: name }) === 1) onBackOff.add(name);
  }
  const there = new Set(listFiles(scene.base));
  return onBackOff.size === scene.hostile.size && [...honestFiles.keys()].every((file) => there.has(file));
};

beforeAll(async () => {
  scene = await setScene();
  const missing = (): string => [...scene.hostile.keys()].filter((name) => !onBackOff.has(name)).join(', ');
  await waitFor(isOver, { timeoutMs: 60_000, intervalMs: 100 }).catch((error: unknown) => {
    throw new Error(`not on back-off: ${missing()}`, { cause: error });
  });
  logs = scene.child.logs();
});

afterAll(() => cleanup.disposeAsync());

describe('a run with twelve hostile nodes and an honest one', () => {
  it('completes the archive from the honest one', () => {
    const found = readFiles(scene.base);
    for (const [file, content] of honestFiles) expect(found.get(file)?.equals(content), file).toBe(true);
  });

  it('writes nothing outside the base directory', () => {
    expect(filesOutside(scene)).toEqual(outsideBefore);
  });

  it('publishes nothing that is not what its name says, and no name but those of segments and extras', () => {
    const found = listFiles(scene.base).filter((file) => !file.includes('-temp-'));
    expect(found.filter((file) => !hostileFiles.has(file))).toEqual([]);
    expect(dishonestFiles(path.join(scene.base, 'demo'))).toEqual([]);
  });

  it('hides nothing', () => {
    expect(listFiles(scene.base).filter((file) => file.endsWith('.tombstone'))).toEqual([]);
  });

  it('puts each hostile node on back-off, and not the honest one', () => {
    expect([...onBackOff].sort()).toEqual([...scene.hostile.keys()].sort());
    expect(metrics.sum('node_circuit_open', { remote: 'honest' })).toBe(0);
  });

  it('stops asking a node that is on back-off', () => {
    for (const [name, node] of scene.hostile) expect(node.count(/^\/segments\/demo/), name).toBeLessThan(150);
  });

  it('raises an alert for each in the log and in a metric', () => {
    // A redirect is a failure like others: reverse proxies do it without malice.
    const hostile = [...scene.hostile.keys()].filter((name) => name !== 'redirects');
    const alerted = new Set(logs.filter(({ alert }) => alert !== undefined).map(({ node, remote }) => node ?? remote));
    expect(hostile.filter((name) => !alerted.has(name))).toEqual([]);
    expect(hostile.filter((name) => metrics.sum('backfill_alerts_total', { remote: name }) === 0)).toEqual([]);
  });

  it('says so in few lines, of which none holds a control character', () => {
    expect(logs.length).toBeLessThan(100);
    expect(logs.filter(({ level }) => level === undefined)).toEqual([]);
  });

  it('does not follow a redirect to another host', () => {
    expect(scene.hostile.get('redirects')?.count(/^\/segments/)).toBeGreaterThan(0);
    expect(scene.otherHost.requests).toEqual([]);
  });

  it('holds less than 250 MB of memory', () => {
    expect(peakMemoryBytes(scene.child.pid) ?? 0).toBeLessThan(MOST_MEMORY_BYTES);
  });
});
