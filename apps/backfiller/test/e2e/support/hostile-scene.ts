import path from 'node:path';
import { temporaryDirectory, waitFor } from '@waybill/test-kit';
import { listFiles, readFiles, writeFiles } from './archive-files.ts';
import { startPasses } from './backfiller.ts';
import type { Service } from './backfiller.ts';
import { startFaultyNode } from './faulty-node.ts';
import type { Fault, FaultyNode } from './faulty-node.ts';
import type { HostileInit } from './hostile-nodes.ts';
import { filesOf, makeSegments } from './made-segments.ts';
import type { Metrics } from './metrics.ts';

const extras = new Map([
  ['emotes/a.png', Buffer.from('a')],
  ['emotes/deep/b.png', Buffer.from('b')],
]);
/** More than a node may bury in one pass. */
export const honestFiles: ReadonlyMap<string, Uint8Array> = new Map([...filesOf(makeSegments(150)), ...extras]);
/** With those that the hostile nodes alone have, so that nobody can spare them the requests. */
export const hostileFiles: ReadonlyMap<string, Uint8Array> = new Map([
  ...honestFiles,
  ...filesOf(makeSegments(60, { hour: '2024-03-01T11' })),
]);

const SENTINELS = ['sentinel', 'a/sentinel', 'a/b/sentinel', 'a/b/base.ts', 'outside/sentinel.ts', 'escaped/sentinel'];

/** The program with an honest node and some hostile ones; its base directory has sentinels all around. */
export interface HostileScene extends AsyncDisposable {
  readonly base: string;
  readonly child: Service;
  readonly hostile: ReadonlyMap<string, FaultyNode>;
  /** Must not be asked for anything. */
  readonly otherHost: FaultyNode;
  /** Nodes that were seen on back-off. */
  readonly onBackOff: ReadonlySet<string>;
  readonly metrics: Metrics;
  readonly outsideBefore: ReadonlyMap<string, Buffer>;
  filesOutside(): Map<string, Buffer>;
}

/** Runs until the archive is complete and each hostile node has been on back-off. */
export const playHostileScene = async (
  faultsOf: (init: HostileInit) => Record<string, Fault>,
): Promise<HostileScene> => {
  await using cleanup = new AsyncDisposableStack();
  const { path: outer } = cleanup.use(await temporaryDirectory());
  const base = path.join(outer, 'a', 'b', 'base');
  const filesOutside = (): Map<string, Buffer> =>
    new Map([...readFiles(outer)].filter(([file]) => !file.startsWith('a/b/base/')));
  writeFiles(outer, new Map(SENTINELS.map((file) => [file, `this is ${file}`])));
  const outsideBefore = filesOutside();
  const otherHost = cleanup.use(await startFaultyNode({ files: new Map(hostileFiles) }));
  const honest = cleanup.use(await startFaultyNode({ files: new Map(honestFiles) }));
  const faults = faultsOf({ files: hostileFiles, outside: path.join(outer, 'outside'), otherHost: otherHost.url });
  const hostile = new Map<string, FaultyNode>();
  for (const [name, fault] of Object.entries(faults)) {
    hostile.set(name, cleanup.use(await startFaultyNode({ files: new Map(hostileFiles), fault })));
  }
  const nodes = [...hostile, ['honest', honest] as const].map(([name, { url }]) => `${url}#name=${name}`);
  const args = ['--extras', 'emotes', '--interval', '1h', '--max-segment-bytes', '4M'];
  const child = cleanup.use(await startPasses(base, nodes, args));
  const { onBackOff, metrics } = await untilOver(child, base, [...hostile.keys()]);
  const owned = cleanup.move();
  const dispose = (): Promise<void> => owned.disposeAsync();
  const shown = { base, child, hostile, otherHost, onBackOff, metrics, outsideBefore, filesOutside };
  return { ...shown, [Symbol.asyncDispose]: dispose };
};

const untilOver = async (
  child: Service,
  base: string,
  names: readonly string[],
): Promise<{ onBackOff: Set<string>; metrics: Metrics }> => {
  const onBackOff = new Set<string>();
  const look = async (): Promise<Metrics | undefined> => {
    const metrics = await child.metrics();
    for (const name of names) if (metrics.sum('node_circuit_open', { remote: name }) === 1) onBackOff.add(name);
    const there = new Set(listFiles(base));
    const isOver = onBackOff.size === names.length && [...honestFiles.keys()].every((file) => there.has(file));
    return isOver ? metrics : undefined;
  };
  try {
    return { onBackOff, metrics: await waitFor(look, { timeoutMs: 60_000, intervalMs: 100 }) };
  } catch (error) {
    const missing = names.filter((name) => !onBackOff.has(name));
    throw new Error(`not on back-off: ${missing.join(', ')}`, { cause: error });
  }
};
