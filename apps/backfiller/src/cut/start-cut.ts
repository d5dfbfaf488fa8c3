import type { AbortOptions } from '@waybill/common';
import { CutInvalidError } from './cut-errors.ts';
import { fastCut, smartCut } from './exact/exact-cut.ts';
import type { CutType } from './plan/cut-request.ts';
import type { CutPlan } from './plan/cut-plan.ts';
import type { CutSource } from './segment-content.ts';
import { archiveCut, encodedCut } from './types/encoded-cut.ts';
import { roughCut } from './types/rough-cut.ts';

/** Of each type, in the spelling of a restreamer. */
export const CUT_MEDIA_TYPES: Readonly<Record<CutType, string>> = {
  ...{ fast: 'video/MP2T', rough: 'video/MP2T', smart: 'video/MP2T', mpegts: 'video/MP2T' },
  ...{ webm: 'video/webm', archive: 'video/x-matroska' },
};

/** Whether ffmpeg takes part: copies do without. */
export function needsFfmpeg({ request, isEncoded }: CutPlan): boolean {
  if (request.type === 'rough') return false;
  return isEncoded || !['fast', 'smart'].includes(request.type);
}

/**
 * The bytes of a cut as one stream. An archive of several runs is several files, which this refuses (CutInvalidError); what
 * goes wrong later is thrown by the stream, whose bytes are not the whole then.
 */
export function startCut(
  source: CutSource,
  plan: CutPlan,
  program: string,
  options: AbortOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { type } = plan.request;
  switch (type) {
    case 'rough':
      return roughCut(source, plan.runs, options);
    case 'fast':
      return fastCut(source, plan, program, options);
    case 'smart':
      return smartCut(source, plan, program, options);
    case 'mpegts':
    case 'webm':
      return encodedCut(source, plan, type, program, options);
    case 'archive':
      return archiveCut(source, onlyRun(plan), program, options);
  }
}

function onlyRun({ runs }: CutPlan) {
  const [run, ...more] = runs;
  if (run === undefined || more.length > 0)
    throw new CutInvalidError(
      `An archive is one file for each run without holes, and these are ${runs.length.toString()} runs: ask for one of them at a time, or use the command waybill-backfiller cut --type archive`,
    );
  return run;
}
