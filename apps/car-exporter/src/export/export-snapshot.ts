import { type CidBytes, formatCid } from '@waybill/car';
import type { AbortOptions } from '@waybill/common';
import type { FinishedSink } from '../output/export-sink.ts';
import type { ExportSink } from '../output/export-sink.ts';
import type { SnapshotRange } from '../output/output-path.ts';
import { type ProgressWatch, watchProgress } from '../status/watch-progress.ts';
import type { ChainPart, ChainSource } from '../store/chain-source.ts';
import type { WalkStatus, WalkSummary } from '../walk/walk-car.ts';
import type { ExportFormat } from './export-format.ts';
import type { F3Data } from './f3-data.ts';
import { openSnapshotWriter } from './snapshot-writer.ts';

/** How an export is made, and where it goes. */
export interface ExportSettings {
  readonly format: ExportFormat;
  readonly snapshotVersion: 1 | 2;
  readonly f3Data?: F3Data | undefined;
  readonly writeBufferBytes: number;
  /** Of zstd. */
  readonly level: number;
  readonly workers: number;
  readonly verify: boolean;
}

export interface ExportSnapshotInit extends ChainPart {
  readonly source: ChainSource;
  readonly range: SnapshotRange;
  /** What an export of this has is left out. */
  readonly except?: ChainPart | undefined;
  readonly settings: ExportSettings;
  /** Opened when all that can be checked before was checked. */
  readonly openSink: (watch: Pick<ProgressWatch, 'signal' | 'moved'>) => Promise<ExportSink>;
  readonly onStatus?: ((status: WalkStatus) => void) | undefined;
}

/** What an export has become. */
export interface ExportedSnapshot extends SnapshotRange, FinishedSink {
  readonly roots: readonly string[];
  readonly blockCount: number;
  readonly headerCount: number;
  /** Receipts, and what hangs below them, that the source lacks. */
  readonly missingReceipts: number;
  readonly seconds: number;
}

/**
 * Walks the chain and writes the file: whole, and under its name, or not at all.
 * @throws ExportStalledError after five minutes without a block; what the source and the target throw.
 */
export async function exportSnapshot(
  init: ExportSnapshotInit,
  { signal }: AbortOptions = {},
): Promise<ExportedSnapshot> {
  const { source, head, rule, except, settings } = init;
  const startedMs = performance.now();
  using watch = watchProgress(signal);
  await using sink = await init.openSink(watch);
  const format = settings.format === 'carv2' ? 'car' : settings.format;
  await using writer = await openSnapshotWriter({ ...settings, format, sink, head }, watch);
  const onStatus = (status: WalkStatus): void => {
    watch.moved();
    init.onStatus?.(status);
  };
  const { workers, verify } = settings;
  const { checkpoints } = sink;
  // What is kept of the walk begins where its own frames begin.
  if (checkpoints !== undefined) await writer.frames.flush();
  const summary = await source.walk(
    { ...{ head, rule, except, workers, verify, onStatus, checkpoints }, writer: writer.frames },
    watch,
  );
  // What follows depends on the disk alone, and may take long without a word.
  watch.stop();
  await writer.end();
  const finished = await sink.finish();
  const seconds = (performance.now() - startedMs) / 1000;
  return { ...init.range, ...finished, roots: textsOf(head), ...countsOf(summary), seconds };
}

const textsOf = (cids: readonly CidBytes[]): string[] => cids.map((cid) => formatCid(cid));

function countsOf({ blockCount, headerCount, missingReceipts }: WalkSummary) {
  return { blockCount, headerCount, missingReceipts: missingReceipts.length };
}
