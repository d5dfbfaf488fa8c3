import { EXIT, formatBytes, formatCount, formatDuration, formatTable } from '@waybill/cli-kit';
import type { BackfillReport, NodeReport, PairReport } from '../backfill/backfill-report.ts';

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

/** What a pass did, for people. */
export function formatReport(report: BackfillReport): string {
  const { totals, dryRun, nodes } = report;
  const rows = nodes.flatMap((node) => node.pairs.map((pair) => rowOf(node, pair, dryRun)));
  const done = dryRun
    ? `${formatCount(totals.planned)} to fetch`
    : `${formatCount(totals.segments)} fetched, ${formatBytes(totals.bytes)}, ${formatCount(totals.verified)} verified`;
  const end = report.complete ? 'nothing is missing' : `incomplete: ${formatCount(sum(totals.failed))} still missing`;
  const problems = nodes.flatMap(problemsOf).map((line) => `${line}\n`);
  return `${formatTable(rows)}${problems.join('')}${done} in ${formatDuration(report.seconds * 1000)}; ${end}\n`;
}
