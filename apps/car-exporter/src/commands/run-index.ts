import { type ConfigOf, formatBytes, formatCount, formatTable, type Output } from '@waybill/cli-kit';
import type { STORE_OPTIONS } from '../config/store-options.ts';
import { openCarSource } from '../store/open-source.ts';

/** Resolves to the exit code. */
export async function runIndex(
  signal: AbortSignal,
  config: ConfigOf<typeof STORE_OPTIONS>,
  output: Output,
): Promise<number> {
  await using source = await openCarSource({ ...config, keepUnpacked: true }, output, signal);
  const { index, files } = source.store;
  const { blockCount, uniqueCount } = index;
  const rows = files.map(({ originPath, version, framesStart, framesEnd }) => ({
    file: originPath,
    version: `CARv${version}`,
    bytes: formatBytes(framesEnd - framesStart),
  }));
  const report = { blockCount, uniqueCount, files: files.map(({ originPath }) => originPath) };
  output.result(
    report,
    () => `${formatTable(rows)}${formatCount(uniqueCount)} blocks, ${formatCount(blockCount)} frames`,
  );
  return 0;
}
