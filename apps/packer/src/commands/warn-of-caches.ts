import type { Output } from '@waybill/cli-kit';

/** Says once that what was found is not remembered: the next run takes longer, and that is all. */
export function warnOfCaches(output: Output): (error: unknown) => void {
  let isTold = false;
  return (error) => {
    if (isTold) return;
    isTold = true;
    const why = error instanceof Error ? error.message : String(error);
    output.warn(`nothing is remembered for the next run (--state-dir says where, --no-cache does without): ${why}`);
  };
}
