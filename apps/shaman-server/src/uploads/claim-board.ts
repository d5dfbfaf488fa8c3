import type { BlobKey } from '@waybill/blob-store';
import type { AbortOptions } from '@waybill/common';

/** A claim that other replicas see. */
export interface BoardClaim {
  /** Never rejects: a claim that cannot be given back runs out by itself. */
  release(): Promise<void>;
}

/** Where replicas tell each other who uploads what. It saves work and nothing else: without it everything stays right. */
export interface ClaimBoard {
  /** Undefined: another replica holds it, and is alive. */
  acquire(key: BlobKey, options?: AbortOptions): Promise<BoardClaim | undefined>;
  /** For each key, whether another replica holds it. */
  areHeldElsewhere(keys: readonly BlobKey[], options?: AbortOptions): Promise<boolean[]>;
  close(): Promise<void>;
}
