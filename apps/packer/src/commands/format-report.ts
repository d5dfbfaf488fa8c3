import { formatBytes, formatCount, formatTable, printable } from '@waybill/cli-kit';
import type { PackReport } from '../report/pack-report.ts';
import { counted, referencesLead } from './counted.ts';

/**
 * What a pack did or would do, for people.
 * @param shown `files`: whether with a table of them.
 */
export function formatReport(report: PackReport, shown: { readonly files: boolean }): string {
  const { files, rewrites, leftOut } = report;
  const sections = [
    shown.files
      ? formatTable(files.map(({ path, sizeBytes, source }) => ({ path, size: formatBytes(sizeBytes), source })))
      : '',
    titled(
      'Paths set anew:',
      rewrites.map(({ file, datablock, path, newPath }) => `${file}  ${datablock}  ${path} -> ${newPath}`),
    ),
    titled(
      'Left out:',
      leftOut.map(({ path, datablock, reason }) => `${path}  (${datablock}; ${reason})`),
    ),
    `${lastLine(report)}\n`,
  ];
  return sections.filter((section) => section !== '').join('\n');
}

function titled(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${title}\n${lines.map((line) => `  ${printable(line)}\n`).join('')}`;
}

function lastLine({ status, totals, location, target, open, missing }: PackReport): string {
  const { files, sizeBytes, presentFiles } = totals;
  const what = `${counted(files, 'file')}, ${formatBytes(sizeBytes)}`;
  if (status === 'incomplete') {
    return `incomplete: ${referencesLead(missing.length)} to no file; nothing was packed (--allow-missing packs without them)`;
  }
  if (status === 'planned') return `would pack ${what} to ${target ?? ''}; nothing was written`;
  const present = presentFiles === 0 ? '' : `, ${formatCount(presentFiles)} of them were there already`;
  return `packed ${what}${present} to ${location ?? ''}; open ${open}`;
}
