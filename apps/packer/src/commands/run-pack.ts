import type { ConfigOf, Output } from '@waybill/cli-kit';
import { openCaches } from '../cache/open-caches.ts';
import type { CACHE_OPTIONS, PACK_OPTIONS, SELECT_OPTIONS } from '../config/pack-options.ts';
import { argumentPath } from '../paths/argument-path.ts';
import { execute } from '../execute/execute.ts';
import { PACKER_EXIT } from '../exit-codes.ts';
import type { PackPlan } from '../plan/pack-plan.ts';
import { plan } from '../plan/plan-pack.ts';
import { createReport, type PackReport } from '../report/pack-report.ts';
import { openTarget } from '../targets/open-target.ts';
import { trace } from '../trace/trace.ts';
import { formatReport } from './format-report.ts';
import { showProgress } from './show-progress.ts';
import { warnOfCaches } from './warn-of-caches.ts';
import { warnOfMissing } from './warn-of-missing.ts';

type Config = ConfigOf<typeof SELECT_OPTIONS & typeof PACK_OPTIONS & typeof CACHE_OPTIONS> & {
  readonly blend: string;
  readonly target: string;
};

/** Resolves to the exit code. */
export async function runPack(signal: AbortSignal, config: Config, output: Output): Promise<number> {
  const target = await openTarget(config.target, config);
  const caches = await openCaches({ ...config, onSaveError: warnOfCaches(output) });
  using shown = showProgress(output);
  const { callbacks } = shown;
  const blend = argumentPath(config.blend);
  const project = config.project === undefined ? undefined : argumentPath(config.project);
  const names = config.utf8Names ? 'utf8' : target.names;
  const usages = trace(blend, { callbacks, usageCache: caches.usages, signal });
  const planned = await plan(blend, usages, { ...config, project, names, signal });
  await caches.usages.save({ signal });
  warnOfMissing(planned.missing, output);
  const refused = refusalOf(planned, config, target.name);
  if (refused !== undefined) {
    output.result(refused, () => formatReport(refused, { files: config.noop }));
    return refused.missing.length > 0 && !config.allowMissing ? PACKER_EXIT.missing : PACKER_EXIT.ok;
  }
  const report = await execute(planned, target, { ...config, callbacks, digests: caches.digests, signal });
  shown[Symbol.dispose]();
  output.result(report, () => formatReport(report, { files: false }));
  return PACKER_EXIT.ok;
}

/** The report where nothing is written. */
function refusalOf(plan: PackPlan, { noop, allowMissing }: Config, target: string): PackReport | undefined {
  if (plan.missing.length > 0 && !allowMissing) return createReport({ plan, target, status: 'incomplete' });
  return noop ? createReport({ plan, target, status: 'planned', allowMissing }) : undefined;
}
