import { formatBytes, formatCount } from '@waybill/cli-kit';
import type { RecordCounts } from './record-tally.ts';

/** Of a run as a whole. `ok`: nothing that was in a playlist is missing. */
export interface RecordReport {
  readonly ok: boolean;
  readonly streams: readonly RecordCounts[];
}

export function recordReport(streams: readonly RecordCounts[]): RecordReport {
  return { ok: streams.every(isComplete), streams };
}

function isComplete({ failure, lost, partial, missedSeconds }: RecordCounts): boolean {
  return failure === null && lost === 0 && partial === 0 && missedSeconds === 0;
}

export function formatRecordReport({ streams }: RecordReport): string {
  return streams.map((counts) => `${formatStream(counts)}\n`).join('');
}

function formatStream(counts: RecordCounts): string {
  const { channel, quality, full, suspect, partial, present, lost, bytes, failure } = counts;
  const facts = [
    `${formatCount(full)} full, ${formatCount(suspect)} suspect, ${formatCount(partial)} partial, ${formatBytes(bytes)}`,
  ];
  if (present > 0) facts.push(`${formatCount(present)} were there`);
  if (lost > 0) facts.push(`${formatCount(lost)} lost (${counts.lostSeconds.toFixed(1)} s)`);
  if (counts.missedSeconds > 0) facts.push(`${counts.missedSeconds.toFixed(1)} s missed`);
  if (counts.adSeconds > 0) facts.push(`${counts.adSeconds.toFixed(1)} s of ads left out`);
  if (counts.gapSeconds > 0) facts.push(`${counts.gapSeconds.toFixed(1)} s of gaps at the server`);
  if (counts.urlChanges > 0) facts.push(`${formatCount(counts.urlChanges)} changes of URL`);
  if (failure !== null) facts.push(failure);
  return `${channel}/${quality}: ${facts.join('; ')}`;
}
