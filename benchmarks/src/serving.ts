import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startServer } from './child-server.ts';
import { makeArchive } from './make-archive.ts';
import { BACKFILLER, script } from './paths.ts';
import { peakMemoryOf } from './process-figures.ts';
import type { ResultRow, ResultTable } from './result-table.ts';
import { formatSpread, median } from './statistics.ts';
import { timeCommand } from './time-command.ts';

const SECONDS = '3';
const CONNECTIONS = '8';
const MEGABYTE = 1024 * 1024;

function ratesOf(url: string, runs: number): number[] {
  return Array.from({ length: runs }, () => {
    const { requests, seconds } = JSON.parse(
      timeCommand([process.execPath, script('load.ts'), url, CONNECTIONS, SECONDS]).stdout,
    ) as { requests: number; seconds: number };
    return requests / seconds;
  });
}

async function firstByteMillis(url: string): Promise<number> {
  const started = performance.now();
  const response = await fetch(url);
  const reader = response.body?.getReader();
  await reader?.read();
  const millis = performance.now() - started;
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read());
  return millis;
}

async function listingRows(url: string, runs: number): Promise<ResultRow[]> {
  const listing = `${url}/files/bench/source/2026-01-01T00?tombstones=true`;
  const { byteLength } = await (await fetch(listing)).arrayBuffer();
  const bare = await startServer([script('bare-server.ts'), String(byteLength)]);
  const floor = ratesOf(`http://127.0.0.1:${bare.firstLine}/`, runs);
  await bare.stop();
  const ours = ratesOf(listing, runs);
  return [
    { name: `bare server, ${String(byteLength)} bytes from memory`, figure: formatSpread(floor, 'requests/s', 0) },
    {
      name: 'listing of an hour of 1,800 names',
      figure: formatSpread(ours, 'requests/s', 0),
      against: `${(median(ours) / median(floor)).toFixed(2)} x bare server`,
      goal: '2,000 requests/s',
      met: median(ours) >= 2000,
    },
  ];
}

async function playlistRow(url: string, runs: number): Promise<ResultRow> {
  const playlist = `${url}/playlist/bench/source.m3u8?start=2026-01-01T00:00:00&end=2026-01-02T00:00:00`;
  const cold = await firstByteMillis(playlist);
  const cached: number[] = [];
  for (let run = 0; run < runs * 2; run++) cached.push(await firstByteMillis(playlist));
  return {
    name: 'playlist of 24 h, first byte, cached',
    figure: formatSpread(cached, 'ms', 1),
    against: `the first time ${cold.toFixed(0)} ms`,
    goal: 'at most 50 ms',
    met: median(cached) <= 50,
  };
}

async function readAll(url: string, pathname: string): Promise<string> {
  return (await fetch(`${url}${pathname}`)).text();
}

/** Peak memory so far, after what a peer makes a node look at, and after what a viewer of the whole week does. */
function memoryRow(name: string, pid: number): ResultRow {
  const bytes = peakMemoryOf(pid);
  return { name, figure: `${(bytes / MEGABYTE).toFixed(0)} MiB`, goal: 'under 150 MB', met: bytes < 150e6 };
}

async function memoryRows(url: string, pid: number): Promise<ResultRow[]> {
  await readAll(url, '/digest');
  await readAll(url, '/digest/bench/source');
  const digests = memoryRow('peak memory after the digest of all', pid);
  for (const hour of JSON.parse(await readAll(url, '/files/bench/source')) as string[]) {
    await readAll(url, `/files/bench/source/${hour}?tombstones=true`);
  }
  const listings = memoryRow('… after every hour was listed', pid);
  await readAll(url, '/coverage/bench/source.json');
  return [digests, listings, memoryRow('… after the coverage of the week', pid)];
}

/** One node with a week of segments: listings, playlist, memory. */
export async function serving({ runs, scale }: { runs: number; scale: number }): Promise<ResultTable[]> {
  const folder = mkdtempSync(path.join(process.env['WAYBILL_BENCH_FOLDER'] ?? tmpdir(), 'waybill-bench-'));
  const segments = makeArchive(folder, {
    channel: 'bench',
    quality: 'source',
    hours: 168,
    segmentsPerHour: Math.round(1800 * scale),
    sizeBytes: 100,
  });
  const server = await startServer([
    ...BACKFILLER,
    'serve',
    '--base-dir',
    folder,
    '--host',
    '127.0.0.1',
    '--port',
    '0',
    '--json',
    '--quiet',
    '--log-level',
    'error',
  ]);
  const { url } = JSON.parse(server.firstLine) as { url: string };
  try {
    const memory = await memoryRows(url, server.pid);
    const playlist = await playlistRow(url, runs);
    const listings = await listingRows(url, runs);
    const note = `One process, a week of ${String(segments)} segments; ${String(runs)} runs, ${CONNECTIONS} connections from a process of its own, access log off.`;
    return [{ title: 'Serving', note, rows: [...memory, playlist, ...listings] }];
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
