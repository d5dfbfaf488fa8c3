import { type ConfigOf, EXIT, formatCount, type Output } from '@waybill/cli-kit';
import { openCarSource } from '../store/open-source.ts';
import { type Finding, verifySnapshot, type VerifySummary } from '../verify/verify-snapshot.ts';
import type { VERIFY_OPTIONS } from './verify.ts';

/** All are counted; more than these, and only their number is of interest. */
const MOST_SHOWN = 100;

/** Resolves to the exit code: 3 where something is wrong. */
export async function runVerify(
  signal: AbortSignal,
  config: ConfigOf<typeof VERIFY_OPTIONS>,
  output: Output,
): Promise<number> {
  const { epochs, messages, receipts, stateroots: stateRoots } = config;
  // Hashes are compared below, where one that is wrong does not end it.
  await using source = await openCarSource({ ...config, trustSource: true }, output, signal);
  const findings: Finding[] = [];
  const counts = { problems: 0, notes: 0 };
  const onFinding = (finding: Finding): void => {
    counts[finding.isNote ? 'notes' : 'problems'] += 1;
    if (findings.length < MOST_SHOWN) findings.push(finding);
  };
  const progress = output.progress({ label: 'verified', total: source.store.index.blockCount });
  let summary: VerifySummary;
  try {
    const onBlocks = (count: number): void => progress.set(count);
    const parts = { epochs, messages, receipts, stateRoots };
    summary = await verifySnapshot({ source, ...parts, onFinding, onBlocks }, { signal });
  } finally {
    progress.end();
  }
  output.result({ ...summary, ...counts, findings }, () => formatReport(summary, findings, counts.problems));
  return counts.problems > 0 ? EXIT.incomplete : EXIT.ok;
}

function formatReport(summary: VerifySummary, findings: readonly Finding[], problems: number): string {
  const { uniqueCount, snapshotVersion, reachedBlocks, missingReceipts } = summary;
  const lines = findings.map(({ kind, isNote, message }) => `${isNote ? 'note' : kind}: ${message}`);
  const reached = reachedBlocks === undefined ? 'not complete' : `${formatCount(reachedBlocks)} reached by links`;
  const lacking = missingReceipts === 0 ? '' : `, ${formatCount(missingReceipts)} blocks of receipts missing`;
  const verdict = problems === 0 ? 'all as it should be' : `${formatCount(problems)} problems`;
  return [
    ...lines,
    `snapshot v${snapshotVersion}: ${formatCount(uniqueCount)} blocks, ${reached}${lacking}: ${verdict}`,
  ].join('\n');
}
