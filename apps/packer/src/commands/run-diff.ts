import { type Output, printable } from '@waybill/cli-kit';
import { compareSides } from '../diff/compare-sides.ts';
import { readSide } from '../diff/read-side.ts';
import { PACKER_EXIT } from '../exit-codes.ts';

/** Resolves to the exit code. */
export async function runDiff(
  signal: AbortSignal,
  { left, right }: { readonly left: string; readonly right: string },
  output: Output,
): Promise<number> {
  const differences = compareSides(await readSide(left, { signal }), await readSide(right, { signal }));
  const report = { version: 1, left, right, same: differences.length === 0, differences };
  output.result(report, () =>
    differences
      .map(({ what, name, left: before, right: after }) => printable(lineOf(what, name, before, after)))
      .join(''),
  );
  return differences.length === 0 ? PACKER_EXIT.ok : PACKER_EXIT.different;
}

function lineOf(what: string, name: string, left: string | null, right: string | null): string {
  if (left === null) return `+ ${what}  ${name}  ${right ?? ''}\n`;
  if (right === null) return `- ${what}  ${name}  ${left}\n`;
  return `~ ${what}  ${name}  ${left} -> ${right}\n`;
}
