import { formatBytes, formatTable, type Output } from '@waybill/cli-kit';
import { argumentPath } from '../paths/argument-path.ts';
import { blockSizes } from '../report/block-sizes.ts';
import { openBlend } from '../trace/open-blend.ts';

export async function runBlocks(signal: AbortSignal, blend: string, output: Output): Promise<void> {
  await using file = await openBlend(argumentPath(blend), { signal });
  const kinds = blockSizes(file);
  const total = kinds.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  output.result({ version: 1, blend, compression: file.compression, sizeBytes: total, kinds }, () =>
    formatTable(
      kinds.map(({ code, datablocks, blocks, sizeBytes }) => ({
        ...{ kind: code, datablocks, blocks, size: formatBytes(sizeBytes) },
        part: `${((100 * sizeBytes) / total).toFixed(1)} %`,
      })),
    ),
  );
}
