import type { Capabilities } from '@waybill/shaman-protocol';
import type { HashedFile } from './hashed-files.ts';

/** One piece of work: files that travel in one request. */
export interface Upload {
  readonly kind: 'single' | 'resumable' | 'batch';
  readonly files: readonly HashedFile[];
}

/** Above this, what a request costs besides its body no longer counts. */
export const BATCH_FILE_BYTES = 64 * 1024;
/** A batch that breaks is sent again as a whole: it stays this small, and keeps several connections busy. */
const BATCH_BYTES = 8 * 1024 * 1024;
const BATCH_FILES = 512;
/** Below this, a break costs less than asking how far the upload came. */
export const RESUMABLE_FROM_BYTES = 8 * 1024 * 1024;

export interface PlanOptions {
  capabilities: Capabilities | undefined;
  /** These travel alone: in a batch they failed. */
  alone: ReadonlySet<string>;
  /** Whether batches are wanted. */
  batch: boolean;
}

/** Sorts files into requests; the single ones come first, so that batches fill the gaps at the end. */
export function planUploads(files: readonly HashedFile[], { capabilities, alone, batch }: PlanOptions): Upload[] {
  const uploads: Upload[] = [];
  const small: HashedFile[] = [];
  const maxSmallBytes = Math.min(BATCH_FILE_BYTES, batch ? (capabilities?.batch?.maxFileBytes ?? -1) : -1);
  for (const hashed of files) {
    const { sizeBytes } = hashed.file;
    if (sizeBytes <= maxSmallBytes && !alone.has(hashed.key)) small.push(hashed);
    else if (sizeBytes >= RESUMABLE_FROM_BYTES && capabilities?.resumable === true)
      uploads.push({ kind: 'resumable', files: [hashed] });
    else uploads.push({ kind: 'single', files: [hashed] });
  }
  return [...uploads, ...batchesOf(small, capabilities?.batch)];
}

function batchesOf(files: readonly HashedFile[], limits: Capabilities['batch']): Upload[] {
  const maxFiles = Math.min(BATCH_FILES, limits?.maxFiles ?? 1);
  const maxBytes = Math.min(BATCH_BYTES, limits?.maxBytes ?? 0);
  const batches: HashedFile[][] = [];
  let batch: HashedFile[] = [];
  let leftBytes = -1;
  for (const hashed of files) {
    const { sizeBytes } = hashed.file;
    if (batch.length >= maxFiles || sizeBytes > leftBytes) {
      batch = [];
      batches.push(batch);
      leftBytes = maxBytes;
    }
    batch.push(hashed);
    leftBytes -= sizeBytes;
  }
  return batches.map((list) => ({ kind: 'batch', files: list }));
}
