import { abortableSleep, jitter } from '@waybill/common';
import type { BackfillNode } from '../backfill-node.ts';
import type { EngineParts } from '../engine-parts.ts';
import { LiveFeed } from './live-feed.ts';
import { NodeLoop } from './node-loop.ts';
import { RecorderWatch } from './recorder-watch.ts';
import { Retention } from './retention.ts';
import { Session } from './session.ts';
import { GRACE_MS, settledSoon } from './settled-soon.ts';

/** How often the list of nodes is looked at: a look costs nothing, asking the database is the list's own affair. */
const NODES_MS = 1000;

interface RunningNode {
  readonly node: BackfillNode;
  readonly done: Promise<unknown>;
}

/** Passes, live events and deletion, until the signal aborts. */
export const runPasses = async (
  parts: EngineParts,
  nodes: () => readonly BackfillNode[],
  signal: AbortSignal,
): Promise<void> => {
  const session = new Session({ parts, signal, giveUpWhenFull: false });
  await session.disk.check();
  const recorders = new RecorderWatch({
    archive: parts.archive,
    isOwn: (event) => session.hours.get(event)?.items.has(event.name) === true,
    memoryMs: parts.settings.recentCutoffSeconds * 1000,
    now: parts.now,
  });
  const running = new Map<string, RunningNode>();
  const followed = followNodes({ session, recorders, nodes, running, signal });
  const retained = retain(new Retention(parts), parts, signal);
  try {
    await Promise.all([followed, retained]);
    await settledSoon(Promise.all([...running.values().map(({ done }) => done), session.idle()]), signal, GRACE_MS);
  } finally {
    recorders.close();
  }
};

interface Following {
  readonly session: Session;
  readonly recorders: RecorderWatch;
  readonly nodes: () => readonly BackfillNode[];
  readonly running: Map<string, RunningNode>;
  readonly signal: AbortSignal;
}

/** Starts work for new nodes and ends it for those that are gone. */
const followNodes = async (following: Following): Promise<void> => {
  const { session, nodes, running, signal } = following;
  const { metrics } = session.parts;
  while (!signal.aborted) {
    const listed = new Map(nodes().map((node) => [node.key, node]));
    for (const [key, { node }] of running) if (listed.get(key) !== node) stopNode(following, node);
    for (const node of listed.values()) if (!running.has(node.key)) startNode(following, node);
    metrics.queued.set(session.scheduler.queued);
    metrics.inFlight.set(session.scheduler.inFlight);
    await abortableSleep(NODES_MS, { signal }).catch(() => undefined);
  }
};

const startNode = ({ session, recorders, running }: Following, node: BackfillNode): void => {
  const signal = session.scheduler.addNode(node);
  const loop = new NodeLoop(session, node, signal);
  const feed = new LiveFeed({ session, node, recorders, onReset: () => loop.wake(), signal });
  const live = session.parts.settings.live === 'never' ? undefined : feed.run();
  running.set(node.key, { node, done: Promise.all([loop.run(), live]) });
};

const stopNode = ({ session, running }: Following, node: BackfillNode): void => {
  running.delete(node.key);
  session.scheduler.removeNode(node.key);
  session.accounts.drop(node);
  session.batchNodes.delete(node.key);
  session.parts.metrics.lastComplete.remove({ remote: node.name });
};

const retain = async (retention: Retention, { settings }: EngineParts, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    await retention.apply(signal).catch(() => undefined);
    await abortableSleep(jitter(settings.intervalMs), { signal }).catch(() => undefined);
  }
};
