import type { SelectedSegment, Sequence } from '@waybill/segments';
import { TOLERANCE_MICROS } from '@waybill/segments';
import type { CutRange } from './cut-request.ts';

/** A segment, or the part of it that is wanted. */
export interface CutPiece {
  readonly segment: SelectedSegment;
  /** Left out at its start; 0 where it is wanted from its first frame. */
  readonly skipMicros: number;
  /** Where the wanted part ends, from the segment's start; undefined where it is wanted to its last frame. */
  readonly untilMicros: number | undefined;
}

/** Pieces without a hole between them. */
export type CutRun = readonly CutPiece[];

/**
 * What a range needs of its best sequence, in runs. A cut that lies within 10 ms of a segment's end is one at that end, so
 * that nothing has to be encoded for it.
 */
export function cutPieces(sequence: Sequence, range: CutRange): CutRun[] {
  const runs: CutPiece[][] = [[]];
  for (const item of sequence) {
    const piece = item === null ? undefined : pieceOf(item, range);
    if (item === null) runs.push([]);
    else if (piece !== undefined) runs.at(-1)?.push(piece);
  }
  return runs.filter((run) => run.length > 0);
}

function pieceOf(segment: SelectedSegment, { startMicros, endMicros }: CutRange): CutPiece | undefined {
  const usedEnd = Math.min(segment.cutMicros ?? segment.endMicros, endMicros);
  const skip = Math.max(0, startMicros - segment.startMicros);
  // A segment of no length is one of no bytes.
  if (usedEnd - segment.startMicros - skip <= (skip > 0 ? TOLERANCE_MICROS : 0)) return undefined;
  if (endMicros - segment.startMicros <= TOLERANCE_MICROS) return undefined;
  return {
    segment,
    skipMicros: skip <= TOLERANCE_MICROS ? 0 : skip,
    untilMicros: segment.endMicros - usedEnd <= TOLERANCE_MICROS ? undefined : usedEnd - segment.startMicros,
  };
}

export function isWhole({ skipMicros, untilMicros }: CutPiece): boolean {
  return skipMicros === 0 && untilMicros === undefined;
}

/** How long a piece plays, by its name. */
export function lengthOf({ segment, skipMicros, untilMicros }: CutPiece): number {
  return (untilMicros ?? segment.durationMicros) - skipMicros;
}
