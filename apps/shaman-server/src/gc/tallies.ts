import type { BlobKey } from '@waybill/blob-store';
import type { BlobTally } from './collector.ts';

/** Counts blobs and their bytes. */
export class Tally implements BlobTally {
  blobs = 0;
  sizeBytes = 0;

  add({ sizeBytes }: BlobKey): void {
    this.blobs += 1;
    this.sizeBytes += sizeBytes;
  }
}

/** The running counts of one collection. */
export class CollectTallies {
  readonly examined = new Tally();
  readonly deleted = new Tally();
  readonly kept = { linked: new Tally(), young: new Tally(), pinned: new Tally(), again: new Tally() };
  readonly failures: { key: string; error: unknown }[] = [];
}
