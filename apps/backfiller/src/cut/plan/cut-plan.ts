import type { Sequence } from '@waybill/segments';
import { CutEmptyError, CutIncompleteError, CutInvalidError } from '../cut-errors.ts';
import type { CutPiece, CutRun } from './cut-pieces.ts';
import { cutPieces, isWhole, lengthOf } from './cut-pieces.ts';
import type { CutRange, CutRequest, Transition } from './cut-request.ts';

/** What follows in the result: pieces one after the other, or one picture that turns into another. */
export type CutStep =
  | { readonly kind: 'pieces'; readonly pieces: readonly CutPiece[] }
  | {
      readonly kind: 'transition';
      readonly transition: Transition;
      readonly from: readonly CutPiece[];
      readonly to: readonly CutPiece[];
    };

export interface CutPlan {
  readonly request: CutRequest;
  /** All runs of all ranges, in order: pieces without a hole between them. */
  readonly runs: readonly CutRun[];
  /** What an exact cut consists of, transitions included. */
  readonly steps: readonly CutStep[];
  /** What an exact cut plays, by the names of the segments. */
  readonly lengthMicros: number;
  /** Whether something of it has to be encoded where whole segments are copied. */
  readonly isEncoded: boolean;
}

/** The longest cut: a week. What is longer is a copy of the archive. */
const LONGEST_MICROS = 7 * 24 * 3_600_000_000;
/** By so much the parts of a transition may be shorter than it: names are rounded. */
const SHORTER_MICROS = 100_000;

/** Checks what needs no archive. Throws CutInvalidError, in the words of a restreamer where it has some. */
export function checkCutRequest({ ranges, transitions }: CutRequest): void {
  if (ranges.some(({ startMicros, endMicros }) => endMicros <= startMicros))
    throw new CutInvalidError('Ends must be after starts');
  if (transitions.length > ranges.length - 1) throw new CutInvalidError('Too many transitions');
  const total = ranges.reduce((sum, { startMicros, endMicros }) => sum + endMicros - startMicros, 0);
  if (total > LONGEST_MICROS) throw new CutInvalidError('A cut may be at most 7 days long');
  ranges.forEach(({ startMicros, endMicros }, index) => {
    const taken = (transitions[index - 1]?.micros ?? 0) + (transitions[index]?.micros ?? 0);
    if (taken > endMicros - startMicros) throw new CutInvalidError('A range is shorter than its transitions');
  });
}

/**
 * Plans a cut from the best sequence of each range. Throws CutInvalidError, CutIncompleteError where there are holes and
 * they are not allowed, and CutEmptyError.
 */
export function planCut(request: CutRequest, sequences: readonly Sequence[]): CutPlan {
  checkCutRequest(request);
  if (!request.allowHoles && sequences.some((sequence) => sequence.includes(null))) throw new CutIncompleteError();
  const runs = request.ranges.flatMap((range, index) => cutPieces(sequences[index] ?? [], range));
  if (runs.length === 0) throw new CutEmptyError();
  const steps = request.ranges.flatMap((range, index) => stepsOf(request, sequences, range, index));
  const isEncoded = steps.some((step) => step.kind === 'transition' || !step.pieces.every(isWhole));
  return { request, runs, steps, isEncoded, lengthMicros: steps.reduce((sum, step) => sum + stepLength(step), 0) };
}

function stepsOf(
  { ranges, transitions }: CutRequest,
  sequences: readonly Sequence[],
  { startMicros, endMicros }: CutRange,
  index: number,
): CutStep[] {
  const sequence = sequences[index] ?? [];
  const [before, after] = [transitions[index - 1] ?? null, transitions[index] ?? null];
  const body = { startMicros: startMicros + (before?.micros ?? 0), endMicros: endMicros - (after?.micros ?? 0) };
  const steps: CutStep[] = [];
  if (body.endMicros > body.startMicros) steps.push({ kind: 'pieces', pieces: cutPieces(sequence, body).flat() });
  const next = ranges[index + 1];
  if (after === null || next === undefined) return steps;
  const from = unbroken(sequence, { startMicros: body.endMicros, endMicros });
  const to = unbroken(sequences[index + 1] ?? [], {
    startMicros: next.startMicros,
    endMicros: next.startMicros + after.micros,
  });
  return [...steps, { kind: 'transition', transition: after, from, to }];
}

/** Pictures of which some are missing cannot be laid over others. */
function unbroken(sequence: Sequence, range: CutRange): readonly CutPiece[] {
  const runs = cutPieces(sequence, range);
  const length = runs.flat().reduce((sum, piece) => sum + lengthOf(piece), 0);
  if (runs.length !== 1 || length < range.endMicros - range.startMicros - SHORTER_MICROS)
    throw new CutInvalidError('There is a hole where a transition would be; use a hard cut there');
  return runs.flat();
}

function stepLength(step: CutStep): number {
  if (step.kind === 'transition') return step.transition.micros;
  return step.pieces.reduce((sum, piece) => sum + lengthOf(piece), 0);
}
