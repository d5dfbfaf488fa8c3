import type { BlobKey } from '@waybill/blob-store';
import type { AbortOptions } from '@waybill/common';

export interface ScrubOptions extends AbortOptions {
  /** Reports, but moves nothing aside. Default false. */
  dryRun?: boolean;
  /** Goes on where the last such pass was broken off, and notes how far it comes. Default false: a pass from the start. */
  resume?: boolean;
}

export interface ScrubFinding {
  readonly key: BlobKey;
  /** `corrupt`: content or length is not what the key says. `unreadable`: the disk gave an error; the blob is left where it is. */
  readonly kind: 'corrupt' | 'unreadable';
  /** Where a corrupt blob is kept now; undefined in a dry run, or where moving failed. */
  readonly quarantinedAs: string | undefined;
  readonly error: unknown;
}

export interface ScrubReport {
  readonly dryRun: boolean;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  /** Of the whole pass, also where it was broken off and went on. */
  readonly checkedBlobs: number;
  readonly checkedBytes: number;
  readonly findings: readonly ScrubFinding[];
}

/** Reads every blob again, slowly, and takes what is not what its name says out of use, so that clients send it again. */
export interface Scrubber {
  readonly running: boolean;
  /** One pass over the store. @throws ScrubRunningError when one runs already. */
  scrub(options?: ScrubOptions): Promise<ScrubReport>;
  /** How many milliseconds after the last resumable pass came to its end the next one is due; 0: now. */
  dueInMs(intervalMs: number): Promise<number>;
}
