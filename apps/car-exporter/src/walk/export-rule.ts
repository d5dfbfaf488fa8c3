/** What hangs on a header. Bits, so that a rule answers for a height with one number. */
export const MESSAGES = 1;
export const RECEIPTS = 2;
export const STATE = 4;

/** Which blocks belong to an export. Headers always do, back to the genesis. */
export interface ExportRule {
  /** In words; the same words stand for the same blocks. */
  readonly words: string;
  /** The parts of a header at this height: a sum of {@link MESSAGES}, {@link RECEIPTS} and {@link STATE}. */
  partsAt(height: number): number;
  /** Whether what the genesis' parents link to belongs to it, or they alone. */
  readonly scansGenesisParents: boolean;
  /** Whether blocks of the codec cbor (0x51) belong to it; they are never scanned. */
  readonly takesCbor: boolean;
}

export interface ExportRangeParts {
  readonly tailHeight: number;
  readonly messages: boolean;
  readonly receipts: boolean;
  readonly stateRoots: boolean;
}

/**
 * Lotus `chain export-range` (specification 1.1): the parts of heights above the tail's, up to the head's; of the genesis
 * always its state and nothing else, whatever the flags.
 */
export function exportRangeRule({ tailHeight, messages, receipts, stateRoots }: ExportRangeParts): ExportRule {
  const parts = (messages ? MESSAGES : 0) + (receipts ? RECEIPTS : 0) + (stateRoots ? STATE : 0);
  return {
    words: `range ${JSON.stringify({ tailHeight, messages, receipts, stateRoots })}`,
    partsAt: (height) => (height === 0 ? STATE : height > tailHeight ? parts : 0),
    scansGenesisParents: true,
    takesCbor: true,
  };
}

export interface FullExportParts {
  readonly headHeight: number;
  /** State of so many epochs below the head; 0 for that of the genesis alone. */
  readonly recentStateRoots: number;
  /** No messages of epochs whose state is left out either. */
  readonly skipOldMessages: boolean;
}

/** Lotus `chain export` (specification 1.2). Receipts are never part of it. */
export function fullExportRule({ headHeight, recentStateRoots, skipOldMessages }: FullExportParts): ExportRule {
  const limit = headHeight - recentStateRoots;
  return {
    words: `full ${JSON.stringify({ limit, skipOldMessages })}`,
    partsAt: (height) =>
      (skipOldMessages && height <= limit ? 0 : MESSAGES) + (height === 0 || height > limit ? STATE : 0),
    scansGenesisParents: false,
    takesCbor: true,
  };
}

export interface DepthExportParts {
  readonly headHeight: number;
  /** Messages and state of so many epochs below the head. */
  readonly depth: number;
}

/** Forest `archive export` (specification 1.4). */
export function depthExportRule({ headHeight, depth }: DepthExportParts): ExportRule {
  const limit = headHeight - depth;
  return {
    words: `depth ${JSON.stringify({ limit })}`,
    partsAt: (height) => (height > limit ? MESSAGES + STATE : height === 0 ? STATE : 0),
    scansGenesisParents: false,
    takesCbor: false,
  };
}
