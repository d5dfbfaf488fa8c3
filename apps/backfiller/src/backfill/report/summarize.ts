import type { BackfillReport, NodeReport } from './backfill-report.ts';
import { PairCounts } from './pair-counts.ts';

export interface SummaryInit {
  readonly nodes: readonly NodeReport[];
  readonly dryRun: boolean;
  readonly seconds: number;
  readonly stoppedBy: BackfillReport['stoppedBy'];
}

/** Adds up what one pass did. */
export const summarize = ({ nodes, dryRun, seconds, stoppedBy }: SummaryInit): BackfillReport => {
  const totals = nodes.flatMap(({ pairs }) => pairs).reduce((sum, pair) => sum.add(pair), new PairCounts());
  const complete = nodes.length > 0 && stoppedBy === undefined && nodes.every((node) => node.complete);
  return {
    complete: complete && totals.planned === 0,
    dryRun,
    seconds,
    ...(stoppedBy === undefined ? {} : { stoppedBy }),
    totals: totals.toJSON(),
    nodes,
  };
};
