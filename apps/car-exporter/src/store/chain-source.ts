import type { CidBytes, FrameWriter } from '@waybill/car';
import type { AbortOptions } from '@waybill/common';
import type { FetchBlock, Tipset } from '../chain/tipset.ts';
import type { WalkCheckpoints } from '../resume/walk-checkpoints.ts';
import type { ExportRule } from '../walk/export-rule.ts';
import type { WalkStatus, WalkSummary } from '../walk/walk-car.ts';

/** A tipset, and what of the chain below it belongs to an export. */
export interface ChainPart {
  readonly head: readonly CidBytes[];
  readonly rule: ExportRule;
}

export interface WalkInit extends ChainPart {
  readonly writer: FrameWriter;
  /** What an export of this has is left out. It is walked before. */
  readonly except?: ChainPart | undefined;
  /** Threads; only CAR files are read by more than one. Default 1. */
  readonly workers?: number | undefined;
  readonly verify?: boolean | undefined;
  /** Where the export can be broken off; what it goes on from, too. */
  readonly checkpoints?: WalkCheckpoints | undefined;
  readonly onStatus?: ((status: WalkStatus) => void) | undefined;
}

/** Where a chain is read from: CAR files, a database, a node. */
export interface ChainSource extends AsyncDisposable {
  readonly fetch: FetchBlock;
  /**
   * The tipset that `@head`, `@HEIGHT` or CIDs name.
   * @throws TipsetReferenceInvalidError, TipsetInvalidError, ChainBlockMissingError, ChainInvalidError; what the source throws.
   */
  resolve(reference: string, options?: AbortOptions): Promise<Tipset>;
  /** What the order of an export depends on, in words, besides the blocks themselves. */
  readonly identity: string;
  /** No export of this source has more blocks; undefined where the source does not know. */
  readonly mostBlocks?: number | undefined;
  /** Writes what belongs to the export. @throws See `walkCar` and `walkBlocks`. */
  walk(init: WalkInit, options?: AbortOptions): Promise<WalkSummary>;
}
