import type { PackPlan, PlannedFile } from '../plan/pack-plan.ts';
import type { PackReport } from '../report/pack-report.ts';
import type { TraceCallbacks } from '../trace/usage.ts';

/** How far a pack is. */
export interface PackProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly doneFiles: number;
  readonly totalFiles: number;
}

/** What happens while a pack is made. Calls are made between two steps of the work, and hold it up while they run. */
export interface PackCallbacks extends TraceCallbacks {
  /** Missing files, if any, are known; nothing was written yet. */
  packStarted?(plan: PackPlan): void;
  /** Paths in this .blend file are set anew on its way into the pack. */
  fileRewritten?(file: PlannedFile): void;
  /** The first bytes of the file are on their way. */
  fileStarted?(place: string): void;
  /** The target has the file, as durable as asked for. */
  fileSent?(place: string, sizeBytes: number): void;
  /** The target had the file already: nothing was sent. */
  fileSkipped?(place: string, sizeBytes: number): void;
  /** After each piece. Bytes that are sent again after a failure are counted once more. */
  progress?(progress: PackProgress): void;
  /** Something failed, and is tried again. */
  retrying?(error: unknown): void;
  packDone?(report: PackReport): void;
  /** The reason of the signal; nothing more is modified. */
  packAborted?(reason: unknown): void;
}
