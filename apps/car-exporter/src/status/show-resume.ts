import { formatBytes, formatCount, type Output } from '@waybill/cli-kit';
import type { KeptPart, ResumeEvents } from '../resume/kept-output.ts';

/** Says what becomes of the parts of an export that are kept: in words, or as JSON lines on standard error with `--json`. */
export function showResume(output: Output): Required<ResumeEvents> {
  const tell = (event: string, data: object, text: string, isWarning = false): void => {
    if (output.json) output.info(JSON.stringify({ event, ...data }));
    else if (isWarning) output.warn(text);
    else output.info(text);
  };
  return {
    onResumed: (kept) => tell('resumed', kept, `Going on with ${textOf(kept)}`),
    onGivenUp: (reason) => tell('given-up', { reason }, `Not all that was kept can be used: ${reason}`, true),
    onKept: (kept) =>
      tell('kept', kept, `Kept ${textOf(kept)}: the same command goes on from there, one without --resume removes it`),
  };
}

/** A run without `--resume` begins anew, and what an earlier one has kept would be in the way for ever. */
export function showForgotten(output: Output, sizeBytes: number): void {
  const text = `Removed ${formatBytes(sizeBytes)} that an earlier run had kept: --resume would have gone on with it`;
  if (output.json) output.info(JSON.stringify({ event: 'forgotten', sizeBytes }));
  else output.warn(text);
}

function textOf({ path, sizeBytes, blockCount }: KeptPart): string {
  return `${formatCount(blockCount)} blocks, ${formatBytes(sizeBytes)}, in ${path}`;
}
