import type { BackfillNode } from '../backfill-node.ts';
import type { BackfillReport } from '../report/backfill-report.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { PassScope } from './node-pass.ts';
import { runNodePass } from './run-node-pass.ts';
import { Session } from './session.ts';
import { GRACE_MS, settledSoon } from './settled-soon.ts';
import { summarize } from '../report/summarize.ts';

export interface SinglePassInit {
  readonly parts: EngineParts;
  readonly nodes: readonly BackfillNode[];
  readonly scope: PassScope;
  readonly signal: AbortSignal;
}

/** One pass over all nodes at once. Resolves when all that they have is here, or has been given up; see the report. */
export const runSinglePass = async ({ parts, nodes, scope, signal }: SinglePassInit): Promise<BackfillReport> => {
  const startedMs = performance.now();
  const session = new Session({ parts, signal, giveUpWhenFull: true });
  await session.disk.check();
  for (const node of nodes) session.scheduler.addNode(node);
  const passes = Promise.all(nodes.map((node) => runNodePass(session, node, scope)));
  await settledSoon(
    passes.then(() => session.idle()),
    signal,
    GRACE_MS,
  ).finally(() => session.scheduler.close());
  return summarize({
    nodes: nodes.map((node) => session.accounts.of(node).toReport(node)),
    dryRun: scope.dryRun,
    seconds: (performance.now() - startedMs) / 1000,
    stoppedBy: signal.aborted ? 'signal' : session.disk.state === 'given-up' ? 'disk-full' : undefined,
  });
};
