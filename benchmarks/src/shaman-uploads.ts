import path from 'node:path';
import { createShamanClient } from '@waybill/shaman-client';
import { openBenchFolder } from './bench-folder.ts';
import { startNginx } from './nginx-put.ts';
import { script } from './paths.ts';
import type { ResultRow, ResultTable } from './result-table.ts';
import { benchFile, contentOf } from './shaman-files.ts';
import { type ShamanUnderTest, startShaman } from './shaman-program.ts';
import { formatSpread, median } from './statistics.ts';
import { timeCommand } from './time-command.ts';

const SIZE_BYTES = 16_384;
const CONCURRENCY = 8;

/** Files a second of a child script that prints its seconds. */
function rateOf(count: number, command: readonly string[]): number {
  return count / Number(timeCommand([process.execPath, ...command]).stdout);
}

async function batchRate({ url }: ShamanUnderTest, count: number, series: string): Promise<number> {
  const files = Array.from({ length: count }, (_, index) => {
    const { sha, bytes } = benchFile(index, SIZE_BYTES, series);
    return { path: `${series}/${index}.bin`, sha, sizeBytes: bytes.length, open: () => contentOf(bytes) };
  });
  await using client = await createShamanClient({ url });
  const started = performance.now();
  await client.sendFiles(files, { concurrency: CONCURRENCY });
  return (count / (performance.now() - started)) * 1000;
}

/** Durable uploads of small files, one request each and in batches. */
export async function shamanUploads({ runs, scale }: { runs: number; scale: number }): Promise<ResultTable[]> {
  const count = Math.round(3000 * scale);
  using folder = openBenchFolder();
  const server = await startShaman(path.join(folder.path, 'storage'));
  const nginx = await startNginx(path.join(folder.path, 'nginx'));
  const rates = { floor: [] as number[], single: [] as number[], batch: [] as number[], nginx: [] as number[] };
  try {
    for (let run = 0; run < runs; run++) {
      const args = (series: string): string[] => [String(count), String(SIZE_BYTES), String(CONCURRENCY), series];
      const root = path.join(folder.path, `floor-${run}`);
      rates.floor.push(rateOf(count, [script('shaman-floor.ts'), root, ...args(`floor ${run}`)]));
      rates.single.push(rateOf(count, [script('shaman-load.ts'), server.url, ...args(`single ${run}`), 'post']));
      rates.batch.push(await batchRate(server, count, `batch-${run}`));
      if (nginx !== undefined)
        rates.nginx.push(rateOf(count, [script('shaman-load.ts'), nginx.url, ...args(`nginx ${run}`), 'put']));
    }
  } finally {
    nginx?.stop();
    await server.stop();
  }
  return [{ title: `Uploads of ${count} x 16 kB`, note: noteOf(runs), rows: rowsOf(rates) }];
}

const noteOf = (runs: number): string =>
  `${runs} runs, ${CONCURRENCY} at a time, load and server on the same two cores. The loop makes the same directories, writes and fsyncs, as many at a time.`;

function rowsOf(rates: Record<'floor' | 'single' | 'batch' | 'nginx', number[]>): ResultRow[] {
  const [floor, single, batch] = [median(rates.floor), median(rates.single), median(rates.batch)];
  return [
    { name: 'loop without HTTP', figure: formatSpread(rates.floor, 'files/s', 0) },
    {
      name: 'single uploads, durable',
      figure: formatSpread(rates.single, 'files/s', 0),
      against: `${((single / floor) * 100).toFixed(0)} % of the loop`,
      goal: 'at least 60 % of the loop',
      met: single >= 0.6 * floor,
    },
    {
      name: 'batch uploads, durable',
      figure: formatSpread(rates.batch, 'files/s', 0),
      against: `${(batch / single).toFixed(1)} x single`,
      goal: 'at least 2 x single',
      met: batch >= 2 * single,
    },
    ...(rates.nginx.length === 0
      ? [{ name: 'nginx PUT', figure: 'nginx is not installed' }]
      : [{ name: 'nginx PUT: no verifying, no fsync', figure: formatSpread(rates.nginx, 'files/s', 0) }]),
  ];
}
