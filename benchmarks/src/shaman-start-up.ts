import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openBenchFolder } from './bench-folder.ts';
import type { ResultTable } from './result-table.ts';
import { startShaman } from './shaman-program.ts';
import { formatSpread, median } from './statistics.ts';

/** A store of empty-looking blobs in the layout of all Shamans: the content is never read at start. */
function makeStore(storage: string, count: number): void {
  for (let index = 0; index < count; index++) {
    const sha = createHash('sha256').update(String(index)).digest('hex');
    const directory = path.join(storage, 'file-store/stored', sha.slice(0, 2), sha.slice(2));
    mkdirSync(directory, { recursive: true });
    writeFileSync(path.join(directory, '1.blob'), 'x');
  }
}

/** From the start of the process to its first answer. */
export async function shamanStartUp({ runs, scale }: { runs: number; scale: number }): Promise<ResultTable[]> {
  const count = Math.round(1_000_000 * scale);
  using folder = openBenchFolder();
  const storage = path.join(folder.path, 'storage');
  makeStore(storage, count);
  const seconds: number[] = [];
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    const server = await startShaman(storage, '--no-gc', '--no-scrub');
    const { status } = await fetch(`${server.url}/livez`);
    if (status !== 200) throw new Error(`livez was answered ${status}`);
    seconds.push((performance.now() - started) / 1000);
    await server.stop();
  }
  const row = {
    name: 'start to first answer',
    figure: formatSpread(seconds, 's'),
    goal: 'under 0.5 s',
    met: median(seconds) < 0.5,
  };
  return [{ title: `Start-up with ${count} blobs`, note: `${runs} runs.`, rows: [row] }];
}
