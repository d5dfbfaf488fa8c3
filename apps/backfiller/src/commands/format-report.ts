import { EXIT, formatBytes, formatCount, formatDuration, formatTable } from '@waybill/cli-kit';
import type { BackfillReport, NodeReport, PairReport } from '../backfill/report/backfill-report.ts';

function sum(counts: Partial<Record<string, number>>): number {
  return Object.values(counts).reduce<number>((total, count = 0) => total + count, 0);
}

function reasons(counts: Partial<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([reason, count]) => `${reason} ${String(count)}`)
    .join(', ');
}

function rowOf({ name }: NodeReport, pair: PairReport, dryRun: boolean): Record<string, unknown> {
  const what = pair.channel === '' ? pair.quality : `${pair.channel}/${pair.quality}`;
  const done = dryRun
    ? { planned: pair.planned }
    : { fetched: pair.segments, bytes: formatBytes(pair.bytes), verified: pair.verified };
  return {
    node: name,
    what,
    ...done,
    tombstones: pair.tombstones,
    missing: sum(pair.failed),
    why: reasons(pair.failed),
    skipped: reasons(pair.skipped),
  };
}

function problemsOf({ name, error, alerts, refusedNames }: NodeReport): string[] {
  return [
    ...(error === undefined ? [] : [`${name}: ${error.message}`]),
    ...alerts.map((alert) => `${name}: ${alert}`),
    ...(refusedNames === 0 ? [] : [`${name}: ${formatCount(refusedNames)} names refused`]),
  ];
}

/** How a pass ends the program. */
export function exitCodeOf({ complete, stoppedBy }: BackfillReport): number {
  if (stoppedBy === 'disk-full') return EXIT.diskFull;
  return complete ? EXIT.ok : EXIT.incomplete;
}

/** Nothing may be counted as missing where nobody could be asked: then that is what the end says. */
function endOf({ complete, dryRun, totals, nodes }: BackfillReport): string[] {
  if (complete) return ['nothing is missing'];
  const missing = sum(totals.failed);
  const unasked = nodes.filter(({ error }) => error !== undefined).length;
  const parts = [
    ...(missing === 0 ? [] : [`${formatCount(missing)} still missing`]),
    ...(unasked === 0 ? [] : [`${formatCount(unasked)} of ${formatCount(nodes.length)} nodes not compared to the end`]),
    ...(nodes.length === 0 ? ['no node is known'] : []),
  ];
  if (parts.length === 0) return dryRun ? [] : ['incomplete: the lines above say why'];
  return [`incomplete: ${parts.join(', ')}`];
}

/** What a pass did, for people. */
export function formatReport(report: BackfillReport): string {
  const { totals, dryRun, nodes } = report;
  const rows = nodes.flatMap((node) => node.pairs.map((pair) => rowOf(node, pair, dryRun)));
  const took = formatDuration(report.seconds * 1000);
  const done = dryRun
    ? `compared in ${took}; ${formatCount(totals.planned)} to fetch, nothing was written`
    : `${formatCount(totals.segments)} fetched, ${formatBytes(totals.bytes)}, ${formatCount(totals.verified)} verified in ${took}`;
  const problems = nodes.flatMap(problemsOf).map((line) => `${line}\n`);
  return `${formatTable(rows)}${problems.join('')}${[done, ...endOf(report)].join('; ')}\n`;
}
