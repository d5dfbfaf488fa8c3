import type { ConfigOf, Output } from '@waybill/cli-kit';
import { RangeInvalidError } from '../chain/chain-errors.ts';
import type { NODE_OPTIONS, OUTPUT_OPTIONS, STORE_OPTIONS, WALK_OPTIONS } from '../config/store-options.ts';
import { openSource } from '../store/open-source.ts';
import { exportRangeRule } from '../walk/export-rule.ts';
import type { RANGE_OPTIONS } from './export-range.ts';
import { runWalk } from './run-walk.ts';

type Config = ConfigOf<
  typeof STORE_OPTIONS & typeof NODE_OPTIONS & typeof RANGE_OPTIONS & typeof WALK_OPTIONS & typeof OUTPUT_OPTIONS
>;

/** Resolves to the exit code. */
export async function runExportRange(signal: AbortSignal, config: Config, output: Output): Promise<number> {
  await using source = await openSource(config, output, signal);
  const head = await source.resolve(config.head, { signal });
  // The genesis is at height 0: to look it up would be to read all headers once more.
  const tail = config.tail === '@tail' ? undefined : await source.resolve(config.tail, { signal });
  const tailHeight = tail?.height ?? 0;
  if (head.height < tailHeight) throw new RangeInvalidError(head.height, tailHeight);
  const { messages, receipts, stateroots: stateRoots } = config;
  const rule = exportRangeRule({ tailHeight, messages, receipts, stateRoots });
  const range = { tailHeight, headHeight: head.height };
  return await runWalk({ source, head, rule, range, config, output }, signal);
}
