import { type CarStore, openCarStore } from '@waybill/car';
import { formatBytes, type Output, type Progress, UsageInvalidError } from '@waybill/cli-kit';
import { CarChainSource } from './car-chain-source.ts';
import type { ChainSource } from './chain-source.ts';
import type { BlockSourceConfig } from './open-block-source.ts';
import { SNAPSHOT_LIMITS } from './snapshot-limits.ts';
import { parseSourceReference } from './source-reference.ts';

export interface CarSourceConfig {
  readonly from: readonly string[];
  readonly indexFile?: string | undefined;
  readonly trustSource: boolean;
  /** Default false. */
  readonly keepUnpacked?: boolean | undefined;
}

export interface SourceConfig extends CarSourceConfig, BlockSourceConfig {}

/** Opens whatever `--from` names. */
export async function openSource(config: SourceConfig, output: Output, signal: AbortSignal): Promise<ChainSource> {
  const reference = parseSourceReference(config.from);
  if (reference.kind === 'car') return await openCarSource(config, output, signal);
  // Databases and HTTP clients are loaded where they are needed.
  const { openBlockSource } = await import('./open-block-source.ts');
  return await openBlockSource(reference, config, { signal });
}

/** Opens CAR files; makes the index where there is none, which takes a while, and is shown. @throws UsageInvalidError for another source. */
export async function openCarSource(
  config: CarSourceConfig,
  output: Output,
  signal: AbortSignal,
): Promise<CarChainSource> {
  if (parseSourceReference(config.from).kind !== 'car')
    throw new UsageInvalidError('this command reads CAR files alone');
  return new CarChainSource(await openIndexed(config, output, signal));
}

async function openIndexed(
  { from, indexFile, trustSource, keepUnpacked = false }: CarSourceConfig,
  output: Output,
  signal: AbortSignal,
): Promise<CarStore> {
  // Shown where an index is made, and not where one is there.
  let progress: Progress | undefined;
  try {
    return await openCarStore(from, {
      indexPath: indexFile,
      verify: !trustSource,
      keepUnpacked,
      limits: SNAPSHOT_LIMITS,
      signal,
      onProgress: ({ sizeBytes, doneBytes }) => {
        progress ??= output.progress({ label: 'indexed', unit: 'bytes' });
        progress.setTotal(sizeBytes);
        progress.set(doneBytes);
      },
      onUnpack: ({ path, compressedBytes, directory, freeBytes }) =>
        output.info(
          `Unpacking ${path}, ${formatBytes(compressedBytes)} compressed, to ${directory}, where ${formatBytes(freeBytes)} are free.`,
        ),
      onIndexProblem: (error) => output.detail(`The index is made anew or not kept: ${String(error)}`),
    });
  } finally {
    progress?.end();
  }
}
