import {
  formatBytes,
  formatCount,
  formatDuration,
  formatTable,
  type Output,
  UsageInvalidError,
} from '@waybill/cli-kit';
import type { CidBytes } from '@waybill/car';
import type { Durability } from '@waybill/common';
import type { Tipset } from '../chain/tipset.ts';
import { type ExportFormat, formatOfName } from '../export/export-format.ts';
import { type ExportedSnapshot, exportSnapshot } from '../export/export-snapshot.ts';
import { readF3Data } from '../export/f3-data.ts';
import { openCarV2Sink } from '../output/car-v2-sink.ts';
import {
  type ExportSink,
  type FileSinkOptions,
  openFileSink,
  openStreamSink,
  type ResumeOptions,
} from '../output/export-sink.ts';
import { outputPath, type SnapshotRange } from '../output/output-path.ts';
import { identityOf } from '../resume/export-identity.ts';
import { showExport } from '../status/show-export.ts';
import { showForgotten, showResume } from '../status/show-resume.ts';
import type { ChainPart, ChainSource } from '../store/chain-source.ts';
import type { ExportRule } from '../walk/export-rule.ts';

export interface RunWalkConfig {
  readonly output?: string | undefined;
  readonly format?: ExportFormat | undefined;
  readonly snapshotVersion: '1' | '2';
  readonly f3?: string | undefined;
  readonly level: number;
  readonly writeBuffer: number;
  readonly force: boolean;
  readonly checksum: boolean;
  readonly durability: Durability;
  readonly resume: boolean;
  readonly checkpointInterval: number;
  readonly workers: number;
  readonly verify: boolean;
}

export interface RunWalkInit {
  readonly source: ChainSource;
  readonly head: Tipset;
  readonly rule: ExportRule;
  readonly range: SnapshotRange;
  readonly config: RunWalkConfig;
  readonly output: Output;
  /** What an export of this has is left out. */
  readonly except?: ChainPart | undefined;
}

export interface ExportReport extends ExportedSnapshot {
  /** `-` for standard output. */
  readonly path: string;
}

/** Writes the export to where the configuration says, and reports. The exit code is that of a complete export: 0. */
export async function runWalk(init: RunWalkInit, signal: AbortSignal): Promise<number> {
  const { config, output, head } = init;
  const format = config.format ?? formatOfName(config.output?.split('?')[0] ?? '');
  const path = outputPath(config.output, init.range, format);
  if ((path === '-' || isS3(path)) && format === 'carv2')
    throw new UsageInvalidError('a CARv2 goes to a file alone: its first bytes are known when it is finished');
  if (config.f3 !== undefined && config.snapshotVersion !== '2')
    throw new UsageInvalidError('--f3 needs --snapshot-version 2: a snapshot v1 has no place for it');
  if (config.resume) checkResumable(config.output, path, format);
  const f3Data = config.f3 === undefined ? undefined : await readF3Data(config.f3, { signal });
  using shown = showExport(output, init.source.mostBlocks);
  const exported = await exportSnapshot(
    {
      ...{ source: init.source, head: head.cids, rule: init.rule, range: init.range, except: init.except },
      settings: { ...settingsOf(config), format, f3Data },
      openSink: ({ signal: watched, moved }) => {
        const onForgotten = (sizeBytes: number): void => showForgotten(output, sizeBytes);
        const resume = config.resume ? resumeOptionsOf(init, f3Data?.cid, moved) : undefined;
        return openSink(path, format, { ...config, resume, onForgotten, signal: watched });
      },
      onStatus: shown.onStatus,
    },
    { signal },
  );
  shown.done();
  tell(output, { path, ...exported });
  return 0;
}

const isS3 = (path: string): boolean => path.startsWith('s3://');

function settingsOf({ snapshotVersion, writeBuffer, level, workers, verify }: RunWalkConfig) {
  const version: 1 | 2 = snapshotVersion === '2' ? 2 : 1;
  return { snapshotVersion: version, writeBufferBytes: writeBuffer, level, workers, verify };
}

/** The same name the next time, and bytes that can be added to. */
function checkResumable(asked: string | undefined, path: string, format: ExportFormat): void {
  if (asked === undefined || path !== asked || path === '-' || isS3(path))
    throw new UsageInvalidError('--resume needs -o FILE: a name that is the same the next time');
  if (format === 'zstd' || format === 'forest')
    throw new UsageInvalidError(`--resume is for the formats car and carv2: ${format} cannot be gone on with`);
}

function resumeOptionsOf(init: RunWalkInit, f3Cid: CidBytes | undefined, onMoved: () => void): ResumeOptions {
  const { source, head, rule, except, config, output } = init;
  const { snapshotVersion, checkpointInterval: intervalMs } = config;
  const identity = identityOf({ source, head: head.cids, rule, except, snapshotVersion, f3Cid });
  return { identity, intervalMs, events: showResume(output), onMoved };
}

async function openSink(path: string, format: ExportFormat, options: FileSinkOptions): Promise<ExportSink> {
  if (path === '-') return openStreamSink(process.stdout, options);
  if (isS3(path)) {
    // Loaded where it is needed: the SDK takes as long to load as all the rest.
    const { openS3Sink } = await import('../output/s3-sink.ts');
    return await openS3Sink(path, options);
  }
  return format === 'carv2' ? await openCarV2Sink(path, options) : await openFileSink(path, options);
}

/** Where the CAR itself goes to standard output, the report goes to standard error. */
function tell(output: Output, report: ExportReport): void {
  if (report.path === '-') output.info(output.json ? JSON.stringify(report) : formatReport(report));
  else output.result(report, () => formatReport(report));
  if (report.missingReceipts > 0)
    output.warn(`${formatCount(report.missingReceipts)} blocks of receipts are not in the source, and not in the file`);
}

function formatReport(report: ExportReport): string {
  const row = {
    heights: `${report.tailHeight}–${report.headHeight}`,
    blocks: formatCount(report.blockCount),
    headers: formatCount(report.headerCount),
    bytes: formatBytes(report.sizeBytes),
    'missing receipts': report.missingReceipts,
    ...((report.keptBytes ?? 0) > 0 && { 'of these kept': formatBytes(report.keptBytes ?? 0) }),
    took: formatDuration(report.seconds * 1000),
    'blocks/s': formatCount(Math.round(report.blockCount / report.seconds)),
  };
  return `${formatTable([row])}${report.path}`;
}
