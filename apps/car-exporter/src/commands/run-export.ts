import { type ConfigOf, type Output, UsageInvalidError } from '@waybill/cli-kit';
import type { NODE_OPTIONS, OUTPUT_OPTIONS, STORE_OPTIONS, WALK_OPTIONS } from '../config/store-options.ts';
import type { ChainPart, ChainSource } from '../store/chain-source.ts';
import { openSource } from '../store/open-source.ts';
import { depthExportRule, type ExportRule, fullExportRule } from '../walk/export-rule.ts';
import type { EXPORT_OPTIONS } from './export.ts';
import { runWalk } from './run-walk.ts';

type Config = ConfigOf<
  typeof STORE_OPTIONS & typeof NODE_OPTIONS & typeof EXPORT_OPTIONS & typeof WALK_OPTIONS & typeof OUTPUT_OPTIONS
>;

/** Epochs after which a Filecoin chain does not change any more: snapshots with less state cannot be imported. */
const FINALITY = 900;

/** Resolves to the exit code. */
export async function runExport(signal: AbortSignal, config: Config, output: Output): Promise<number> {
  checkUse(config);
  await using source = await openSource(config, output, signal);
  const head = await source.resolve(config.tipset, { signal });
  const rule = ruleOf(config, head.height);
  const except = await differenceOf(source, config, signal);
  const range = { tailHeight: 0, headHeight: head.height };
  return await runWalk({ source, head, rule, range, config, output, except }, signal);
}

function checkUse({ recentStateroots, skipOldMsgs, depth, diff, diffDepth }: Config): void {
  if (recentStateroots > 0 && recentStateroots < FINALITY)
    throw new UsageInvalidError(`--recent-stateroots ${recentStateroots}: at least ${FINALITY}, or 0`);
  if (skipOldMsgs && recentStateroots === 0) throw new UsageInvalidError('--skip-old-msgs needs --recent-stateroots');
  if (depth !== undefined && recentStateroots > 0)
    throw new UsageInvalidError('--depth and --recent-stateroots are two ways to say the same');
  if (diff !== undefined && depth === undefined) throw new UsageInvalidError('--diff needs --depth');
  if (diffDepth !== undefined && diff === undefined) throw new UsageInvalidError('--diff-depth needs --diff');
}

function ruleOf({ depth, recentStateroots, skipOldMsgs }: Config, headHeight: number): ExportRule {
  if (depth === undefined)
    return fullExportRule({ headHeight, recentStateRoots: recentStateroots, skipOldMessages: skipOldMsgs });
  const least = Math.min(FINALITY, headHeight);
  if (depth < least) throw new UsageInvalidError(`--depth ${depth}: at least ${least}, so that it can be imported`);
  return depthExportRule({ headHeight, depth });
}

/** The other export, whose blocks this one leaves out. */
async function differenceOf(
  source: ChainSource,
  { diff, diffDepth }: Config,
  signal: AbortSignal,
): Promise<ChainPart | undefined> {
  if (diff === undefined) return undefined;
  const { height, cids } = await source.resolve(diff, { signal });
  return { head: cids, rule: depthExportRule({ headHeight: height, depth: diffDepth ?? height }) };
}
