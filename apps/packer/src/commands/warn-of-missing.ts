import type { Output } from '@waybill/cli-kit';
import { shownUsage } from '../report/shown-usage.ts';
import type { Usage } from '../trace/usage.ts';
import { referencesLead } from './counted.ts';

/** One line for each reference that leads nowhere, with what wanted it. */
export function warnOfMissing(missing: readonly Usage[], output: Output): void {
  for (const usage of missing) {
    const { file, datablock, via, path } = shownUsage(usage);
    output.warn(`missing: ${path} (${via} of ${datablock} in ${file})`);
  }
  if (missing.length > 0) output.warn(`${referencesLead(missing.length)} to no file`);
}
