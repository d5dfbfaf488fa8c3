import { mkdirSync, writeFileSync } from 'node:fs';
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

/** Files of one byte in the layout of all Shamans, and their definition. What they hold is not read here. */
function storeDefinition(storage: string, count: number): string {
  const files = benchDefinition(count).map((file) => ({
    ...file,
    sha: file.sha.split('').reverse().join(''),
    size: 1,
  }));
  for (const { sha } of files) {
    const directory = path.join(storage, 'file-store/stored', sha.slice(0, 2), sha.slice(2));
    mkdirSync(directory, { recursive: true });
    writeFileSync(path.join(directory, '1.blob'), 'x');
  }
  return JSON.stringify({ files });
}

/** What a client waits for before it may send anything, and when there is nothing to send. */
export async function shamanRequirements({ runs, scale }: { runs: number; scale: number }): Promise<ResultTable[]> {
  const [asked, project] = [Math.round(100_000 * scale), Math.round(10_000 * scale)];
  const body = JSON.stringify({ files: benchDefinition(asked) });
  using folder = openBenchFolder();
  const storage = path.join(folder.path, 'storage');
  const present = storeDefinition(storage, asked);
  const server = await startShaman(storage);
  try {
    await resubmit(server.url, project);
    // Once after a start, what is found in place is made durable: that is measured apart.
    const first = await askSeconds(server.url, present);
    const asking: number[] = [];
    const askingPresent: number[] = [];
    const again: { seconds: number; bodyBytes: number }[] = [];
    for (let run = 0; run < runs; run++) {
      asking.push(await askSeconds(server.url, body));
      askingPresent.push(await askSeconds(server.url, present));
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
        name: `requirements of ${asked} files that are all there`,
        figure: `${formatSpread(askingPresent, 's')}; ${first.toFixed(2)} s for the first time after a start`,
        goal: 'under 1 s',
        met: median(askingPresent) < 1,
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
