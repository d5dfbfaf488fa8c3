import { formatCount, type Output, printable } from '@waybill/cli-kit';
import { PACKER_EXIT } from '../exit-codes.ts';
import { verifyPack } from '../verify/verify-pack.ts';
import type { VerifyReport } from '../verify/verify-report.ts';
import { counted, referencesLead } from './counted.ts';

export interface VerifyConfig {
  readonly pack: string;
  readonly digests: boolean;
}

/** Resolves to the exit code. */
export async function runVerify(signal: AbortSignal, { pack, digests }: VerifyConfig, output: Output): Promise<number> {
  const report = await verifyPack(pack, { digests, signal });
  for (const { path, problem } of report.badFiles) output.warn(`${problem}: ${path}`);
  for (const { problem, path, datablock, via, file } of report.brokenUsages)
    output.warn(`${problem}: ${path} (${via} of ${datablock} in ${file})`);
  output.result(report, () => printable(textOf(report)));
  if (report.brokenUsages.length > 0 || report.badFiles.some(({ problem }) => problem === 'missing'))
    return PACKER_EXIT.missing;
  return report.badFiles.length > 0 ? PACKER_EXIT.different : PACKER_EXIT.ok;
}

function textOf({ ok, open, totals, badFiles, brokenUsages }: VerifyReport): string {
  const { usages, files, leftOut } = totals;
  const checked = `${counted(usages, 'reference')}, ${counted(files, 'file')}`;
  const out = leftOut === 0 ? '' : `; ${formatCount(leftOut)} left out on purpose`;
  const end = ok
    ? 'everything that it refers to is in the pack'
    : `${referencesLead(brokenUsages.length)} nowhere, ${counted(badFiles.length, 'file')} wrong`;
  return `${open}: ${checked}${out}; ${end}\n`;
}
