import path from 'node:path';
import { createShamanClient } from '@waybill/shaman-client';
import { openBenchFolder } from './bench-folder.ts';
import type { ResultTable } from './result-table.ts';
import { benchDefinition, benchFile, contentOf } from './shaman-files.ts';
import { startShaman } from './shaman-program.ts';
import { formatSpread, median } from './statistics.ts';

async function askSeconds(url: string, body: string): Promise<number> {
  const started = performance.now();
  const response = await fetch(`${url}/api/v3/shaman/checkout/requirements`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`requirements were answered ${response.status}: ${text.slice(0, 500)}`);
  return (performance.now() - started) / 1000;
}

async function resubmit(url: string, count: number): Promise<{ seconds: number; bodyBytes: number }> {
  const files = Array.from({ length: count }, (_, index) => {
    const { sha, bytes, path: name } = benchFile(index, 2000, 'project');
    return { path: `${name}.${index}`, sha, sizeBytes: bytes.length, open: () => contentOf(bytes) };
  });
  await using client = await createShamanClient({ url });
  const started = performance.now();
  const report = await client.sendFiles(files, {});
  return { seconds: (performance.now() - started) / 1000, bodyBytes: report.sentBytes };
}

/** What a client waits for before it may send anything, and when there is nothing to send. */
export async function shamanRequirements({ runs, scale }: { runs: number; scale: number }): Promise<ResultTable[]> {
  const [asked, project] = [Math.round(100_000 * scale), Math.round(10_000 * scale)];
  const body = JSON.stringify({ files: benchDefinition(asked) });
  using folder = openBenchFolder();
  const server = await startShaman(path.join(folder.path, 'storage'));
  try {
    await resubmit(server.url, project);
    const asking: number[] = [];
    const again: { seconds: number; bodyBytes: number }[] = [];
    for (let run = 0; run < runs; run++) {
      asking.push(await askSeconds(server.url, body));
      again.push(await resubmit(server.url, project));
    }
    const seconds = again.map((one) => one.seconds);
    const bodyBytes = Math.max(...again.map((one) => one.bodyBytes));
    const rows = [
      {
        name: `requirements of ${asked} unknown files`,
        figure: formatSpread(asking, 's'),
        goal: 'under 1 s',
        met: median(asking) < 1,
      },
      {
        name: `unchanged project of ${project} files sent again`,
        figure: `${formatSpread(seconds, 's')}, ${bodyBytes} bytes of bodies`,
        goal: 'under 1 s, 0 bytes of bodies',
        met: median(seconds) < 1 && bodyBytes === 0,
      },
    ];
    return [
      { title: 'Requirements', note: `${runs} runs; the client's time included, its hashing of files not.`, rows },
    ];
  } finally {
    await server.stop();
  }
}
