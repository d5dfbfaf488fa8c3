import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dishonestFiles, listFiles, readFiles } from './support/archive-files.ts';
import type { LogLine } from './support/backfiller.ts';
import { hostileContents, hostileListings } from './support/hostile-nodes.ts';
import { honestFiles, hostileFiles, playHostileScene } from './support/hostile-scene.ts';
import type { HostileScene } from './support/hostile-scene.ts';
import { peakMemoryBytes } from './support/peak-memory.ts';

/** 140 MB are the program from source with an honest node; each hostile one may have two listings of 16 MiB under way. */
const MOST_MEMORY_BYTES = 300_000_000;
/** These fail like any other: with redirects, or with a body that is nothing, a proxy does that without malice. */
const FAILING = ['redirects', 'bodies-in-bytes'];

describe.each([
  ['six nodes that are hostile in what they list', hostileListings],
  ['seven that are hostile in what they send', hostileContents],
])('a run with an honest node and %s', (_who, faultsOf) => {
  let scene: HostileScene;
  let logs: readonly LogLine[];

  beforeAll(async () => {
    scene = await playHostileScene(faultsOf);
    logs = scene.child.logs();
  });

  afterAll(() => scene[Symbol.asyncDispose]());

  it('completes the archive from the honest one', () => {
    const found = readFiles(scene.base);
    for (const [file, content] of honestFiles) expect(found.get(file)?.equals(content), file).toBe(true);
  });

  it('writes nothing outside the base directory', () => {
    expect(scene.filesOutside()).toEqual(scene.outsideBefore);
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
    expect([...scene.onBackOff].sort()).toEqual([...scene.hostile.keys()].sort());
    expect(scene.metrics.sum('node_circuit_open', { remote: 'honest' })).toBe(0);
  });

  it('stops asking a node that is on back-off', () => {
    for (const [name, node] of scene.hostile) expect(node.count(/^\/segments\/demo/), name).toBeLessThan(150);
  });

  it('raises an alert for each that does what no honest node does, in the log and in a metric', () => {
    const hostile = [...scene.hostile.keys()].filter((name) => !FAILING.includes(name));
    const alerted = new Set(logs.filter(({ alert }) => alert !== undefined).map(({ node, remote }) => node ?? remote));
    expect(hostile.filter((name) => !alerted.has(name))).toEqual([]);
    expect(hostile.filter((name) => scene.metrics.sum('node_hostile_acts_total', { remote: name }) === 0)).toEqual([]);
  });

  it('says so in few lines, of which none holds a control character', () => {
    expect(logs.length).toBeLessThan(60);
    expect(logs.filter(({ level }) => level === undefined)).toEqual([]);
  });

  it('does not ask another host', () => {
    for (const [name, node] of scene.hostile) expect(node.requests, name).not.toEqual([]);
    expect(scene.otherHost.requests).toEqual([]);
  });

  it('holds less than 300 MB of memory', () => {
    expect(peakMemoryBytes(scene.child.pid) ?? 0).toBeLessThan(MOST_MEMORY_BYTES);
  });
});
