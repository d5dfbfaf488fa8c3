import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type ExportFormat, FORMAT_EXTENSIONS } from '../export/export-format.ts';

export interface SnapshotRange {
  readonly tailHeight: number;
  readonly headHeight: number;
}

/** As Lotus names them: `snapshot_TAIL_HEAD_SECONDS.car`. */
export function snapshotName({ tailHeight, headHeight }: SnapshotRange, format: ExportFormat, nowMs: number): string {
  return `snapshot_${tailHeight}_${headHeight}_${Math.floor(nowMs / 1000)}${FORMAT_EXTENSIONS[format]}`;
}

/** Where the file goes: a folder gets a file of the usual name; without a path it is this folder. `-` is standard output. */
export function outputPath(
  asked: string | undefined,
  range: SnapshotRange,
  format: ExportFormat = 'car',
  nowMs = Date.now(),
): string {
  if (asked === '-') return asked;
  const name = snapshotName(range, format, nowMs);
  if (asked === undefined) return name;
  const isFolder = statSync(asked, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? join(asked, name) : asked;
}
