import type { Sequence } from '@waybill/segments';
import type { HourSequences } from '../serve/hour-sequences.ts';
import type { RangePlace } from '../serve/range-sequence.ts';
import { rangeWindows } from '../serve/range-windows.ts';
import type { CutPlan } from './plan/cut-plan.ts';
import { checkCutRequest, planCut } from './plan/cut-plan.ts';
import type { CutRange, CutRequest } from './plan/cut-request.ts';

/** The best sequence of a range, hour by hour, so that others get their turn. */
export async function sequenceOf(
  sequences: HourSequences,
  place: RangePlace,
  { startMicros, endMicros }: CutRange,
): Promise<Sequence> {
  const all: Sequence = [];
  for await (const { sequence } of rangeWindows(sequences, place, startMicros, endMicros)) {
    for (const item of sequence) all.push(item);
  }
  return all;
}

/** Plans a cut of what the archive holds now. Throws what planCut throws. */
export async function planRequest(
  sequences: HourSequences,
  existing: readonly string[],
  request: CutRequest,
): Promise<CutPlan> {
  checkCutRequest(request);
  const { channel, quality, ranges } = request;
  const chosen: Sequence[] = [];
  for (const range of ranges) chosen.push(await sequenceOf(sequences, { channel, quality, existing }, range));
  return planCut(request, chosen);
}
