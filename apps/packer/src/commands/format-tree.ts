import { formatBytes, formatCount, printable } from '@waybill/cli-kit';
import { formatPath } from '../paths/format-path.ts';
import type { FilePath } from '../paths/file-path.ts';
import { pathKey } from '../plan/path-key.ts';
import { listingTotals, statusOf } from '../report/listing.ts';
import type { Usage } from '../trace/usage.ts';
import { counted } from './counted.ts';

/** The dependencies as a tree; a library that is used again is shown once, where it comes first. */
export function formatTree(blend: FilePath, usages: readonly Usage[]): string {
  const byHolder = Map.groupBy(usages, ({ holder }) => pathKey(holder));
  const lines = [formatPath(blend)];
  const seen = new Set<string>();
  const show = (holder: FilePath, indent: string): void => {
    if (seen.has(pathKey(holder))) return;
    seen.add(pathKey(holder));
    for (const usage of byHolder.get(pathKey(holder)) ?? []) {
      lines.push(`${indent}${lineOf(usage)}`);
      if (usage.kind !== 'library') continue;
      for (const { path } of usage.files) show(path, `${indent}  `);
    }
  };
  show(blend, '  ');
  const totals = listingTotals(usages);
  const missing = totals.missing === 0 ? '' : `; ${formatCount(totals.missing)} missing`;
  lines.push(`${counted(totals.files, 'file')}, ${formatBytes(totals.sizeBytes)}${missing}`);
  return lines.map((line) => `${printable(line)}\n`).join('');
}

function lineOf(usage: Usage): string {
  const { datablock, via, stored, files } = usage;
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const count = files.length > 1 ? `${formatCount(files.length)} files, ` : '';
  const status = statusOf(usage);
  const state = status === 'found' ? `${count}${formatBytes(sizeBytes)}` : status;
  return `${formatPath(stored)}  (${datablock.name}, ${via})  ${state}`;
}
