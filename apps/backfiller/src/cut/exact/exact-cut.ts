import type { AbortOptions } from '@waybill/common';
import type { TsPart } from '../mpeg-ts/fix-timestamps.ts';
import { fixTimestamps } from '../mpeg-ts/fix-timestamps.ts';
import type { CutPlan } from '../plan/cut-plan.ts';
import type { CutSource } from '../segment-content.ts';
import { encodeTransition } from './encode-transition.ts';
import { pieceParts } from './exact-parts.ts';

/** The parts of an exact cut, in order. */
async function* exactParts(
  source: CutSource,
  { steps }: CutPlan,
  program: string,
  options: AbortOptions = {},
): AsyncGenerator<TsPart, void, undefined> {
  for (const step of steps) {
    if (step.kind === 'pieces') yield* pieceParts(source, step.pieces, program, options);
    else yield { content: encodeTransition(source, step, program, options), name: 'transition', isCut: true };
  }
}

/** Exact, with the timestamps that were recorded: what lies between the first and the last segment is byte for byte theirs. */
export async function* fastCut(
  source: CutSource,
  plan: CutPlan,
  program: string,
  options: AbortOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const { content } of exactParts(source, plan, program, options)) yield* content;
}

/** Exact, with timestamps that begin at 0 and go on over every seam. */
export function smartCut(
  source: CutSource,
  plan: CutPlan,
  program: string,
  options: AbortOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  return fixTimestamps(exactParts(source, plan, program, options), options);
}
