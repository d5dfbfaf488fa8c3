import type { AbortOptions } from '@waybill/common';
import type { BlobKey } from '@waybill/blob-store';

export interface BeginUploadOptions extends AbortOptions {
  /** The client has other files to send first (`X-Shaman-Can-Defer-Upload`). Default false. */
  canDefer?: boolean | undefined;
  /** False: who can defer is deferred at once, in place of after a moment in which a small file comes. Default true. */
  patient?: boolean | undefined;
}

/**
 * The right to read the body of one upload. Several claims of one file may be held at once: content addressing needs no
 * lock to be right, only to save work.
 */
export interface UploadClaim {
  /** Fires when another upload has stored the same file: what is still to come of this one need not be read. */
  readonly storedElsewhere: AbortSignal;
  /** To be called for each part of the body that came. */
  advance(receivedBytes: number): void;
  /**
   * Ends the claim; a second call does nothing. `stored` MUST be said only when the file is durable: everybody who waits is
   * then told that it is there. After `failed` the one who has waited longest gets the claim.
   */
  end(outcome: 'stored' | 'failed'): void;
}

/** What an uploader is to do. `stored`: nothing, another one finished while it waited. `deferred`: come back later. */
export type UploadTurn =
  { readonly kind: 'stored' | 'deferred' } | { readonly kind: 'claimed'; readonly claim: UploadClaim };

/** An upload under way, for people. */
export interface UploadInFlight {
  readonly key: BlobKey;
  readonly receivedBytes: number;
  readonly startedAtMs: number;
  /** How many other uploads of the same file wait for this one. */
  readonly waiting: number;
}

/**
 * Lets one upload of a file through at a time, and tells the others the truth about it (spec section 2, no. 4 and 5). An
 * upload on which nothing moves holds up nobody, and nobody waits longer than a client's patience.
 */
export interface UploadCoordinator {
  /** Resolves when it is known what to do. Aborted: nothing is claimed. */
  begin(key: BlobKey, options?: BeginUploadOptions): Promise<UploadTurn>;
  /** For each key, whether an upload of it is under way and moves. */
  areUploading(keys: readonly BlobKey[], options?: AbortOptions): Promise<boolean[]>;
  /** What is under way in this process, oldest first. */
  list(): UploadInFlight[];
  close(): Promise<void>;
}
