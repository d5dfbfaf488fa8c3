import { resolve, sep } from 'node:path';
import type { AbortOptions } from '@waybill/common';
import type { FilePath } from '../paths/file-path.ts';
import { formatPath } from '../paths/format-path.ts';
import { pathKey } from '../plan/path-key.ts';
import type { PackManifest } from '../report/pack-manifest.ts';
import { compareShown, type ShownUsage, shownUsage } from '../report/shown-usage.ts';
import { pathInPack } from './path-in-pack.ts';
import { trace } from '../trace/trace.ts';
import type { Usage } from '../trace/usage.ts';
import type { VerifyReport } from './verify-report.ts';

export interface CheckedUsages {
  readonly count: number;
  /** Files that they lead to, each once. */
  readonly files: number;
  readonly leftOut: number;
  readonly broken: VerifyReport['brokenUsages'];
}

/** Looks where every path in a pack leads. */
export async function checkUsages(
  folder: string,
  open: string,
  leftOut: PackManifest['leftOut'],
  { signal }: AbortOptions,
): Promise<CheckedUsages> {
  const root = Buffer.from(resolve(folder) + sep);
  const purposes = new Set(leftOut.map(keyOf));
  const files = new Set<string>();
  const broken: VerifyReport['brokenUsages'] = [];
  const totals = { count: 0, leftOut: 0 };
  for await (const usage of trace(pathInPack(folder, open), { signal })) {
    // Of a library that was left out and still is where it was: what it needs is no part of the pack.
    if (!isBelow(usage.holder, root)) continue;
    totals.count += 1;
    for (const { path } of usage.files) files.add(pathKey(path));
    const problem = problemOf(usage, root);
    if (problem === undefined) continue;
    const shown = shownUsage(usage, placeOf(usage.holder, root));
    if (purposes.has(keyOf(shown))) totals.leftOut += 1;
    else broken.push({ ...shown, problem });
  }
  return { ...totals, files: files.size, broken: broken.sort(compareShown) };
}

function problemOf(
  { isPacked, isOptional, wasAbsolute, files }: Usage,
  root: Buffer,
): VerifyReport['brokenUsages'][number]['problem'] | undefined {
  if (isPacked || (isOptional && files.length === 0)) return undefined;
  if (files.length === 0) return 'missing';
  if (!files.every(({ path }) => isBelow(path, root))) return 'outside';
  return wasAbsolute ? 'absolute' : undefined;
}

function isBelow(path: FilePath, root: Buffer): boolean {
  return path.subarray(0, root.length).equals(root);
}

function placeOf(path: FilePath, root: Buffer): string {
  const place = isBelow(path, root) ? path.subarray(root.length) : path;
  return formatPath(place).replaceAll('\\', sep === '\\' ? '/' : '\\');
}

function keyOf({ file, datablock, via, path }: ShownUsage): string {
  return [file, datablock, via, path].join('\0');
}
