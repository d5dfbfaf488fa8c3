import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { createShamanClient } from '@waybill/shaman-client';
import { openBenchFolder } from './bench-folder.ts';
import type { ResultTable } from './result-table.ts';
import { benchFile, contentOf } from './shaman-files.ts';
import { startShaman } from './shaman-program.ts';
import { formatSpread, median } from './statistics.ts';

/** Directories and symbolic links, one after another, nothing synced. */
function bareLinks(root: string, names: readonly string[]): number {
  const started = performance.now();
  const made = new Set<string>();
  for (const name of names) {
    const target = path.join(root, name);
    const directory = path.dirname(target);
    if (!made.has(directory)) mkdirSync(directory, { recursive: true });
    made.add(directory);
    symlinkSync(`../../../file-store/stored/${name}`, target);
  }
  return (performance.now() - started) / 1000;
}

async function checkOut(url: string, files: readonly { sha: string; size: number; path: string }[], id: string) {
  const started = performance.now();
  const response = await fetch(`${url}/api/v3/shaman/checkout/create`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ files, checkoutPath: id }),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`the checkout was answered ${response.status}: ${text.slice(0, 500)}`);
  return (performance.now() - started) / 1000;
}

/** A checkout of many links beside the same links made in a bare loop. */
export async function shamanCheckouts({ runs, scale }: { runs: number; scale: number }): Promise<ResultTable[]> {
  const links = Math.round(10_000 * scale);
  const contents = Array.from({ length: 100 }, (_, index) => benchFile(index, 1000, 'checkout'));
  const files = Array.from({ length: links }, (_, index) => {
    const { sha, bytes } = contents[index % contents.length] ?? benchFile(0, 1000);
    return { sha, size: bytes.length, path: `shots/${index % 100}/file-${index}.vdb` };
  });
  using folder = openBenchFolder();
  const server = await startShaman(path.join(folder.path, 'storage'));
  const [bare, ours]: [number[], number[]] = [[], []];
  try {
    await using client = await createShamanClient({ url: server.url });
    const uploads = contents.map(({ sha, bytes, path: name }) => ({
      path: name,
      sha,
      sizeBytes: bytes.length,
      open: () => contentOf(bytes),
    }));
    await client.sendFiles(uploads, {});
    for (let run = 0; run < runs; run++) {
      const names = files.map((file) => file.path);
      bare.push(bareLinks(path.join(folder.path, `bare-${run}`), names));
      ours.push(await checkOut(server.url, files, `job-${run}`));
    }
  } finally {
    await server.stop();
  }
  const ratio = median(ours) / median(bare);
  const rows = [
    { name: 'bare loop of mkdir and symlink', figure: formatSpread(bare, 's', 3) },
    {
      name: 'checkout: request, checks, links, sync, rename',
      figure: formatSpread(ours, 's', 3),
      against: `${ratio.toFixed(2)} x bare loop`,
      goal: 'at most 1.5 x bare loop',
      met: ratio <= 1.5,
    },
  ];
  return [{ title: `A checkout of ${links} links`, note: `${runs} runs, wall time.`, rows }];
}
