import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer } from './child-server.ts';
import { makeArchive } from './make-archive.ts';
import { BACKFILLER } from './paths.ts';
import { cpuSecondsOf } from './process-figures.ts';
import type { ResultTable } from './result-table.ts';
import { formatSpread, median } from './statistics.ts';
import { timeCommand } from './time-command.ts';

const SERVE = ['--host', '127.0.0.1', '--port', '0', '--json', '--quiet', '--log-level', 'error'];
const QUIET = ['--quiet', '--log-level', 'error'];
const SETTLING_MS = 5000;
const OBSERVED_MS = 20_000;

async function requestCount(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const counts = text.matchAll(/^http_request_latency_all_count\{([^}]*)\} (\d+)$/gm);
  return [...counts]
    .filter(([, labels = '']) => !labels.includes('/metrics'))
    .reduce((sum, [, , count]) => sum + Number(count), 0);
}

/** The first pass of a process with nothing remembered: both sides are listed and compared. */
function firstPasses(base: string, url: string, runs: number): number[] {
  return Array.from({ length: runs }, () => {
    rmSync(path.join(base, '.waybill'), { recursive: true, force: true });
    const flags = ['--base-dir', base, '--static-nodes', url, '--run-once', '--json', ...QUIET];
    const { stdout } = timeCommand([process.execPath, ...BACKFILLER, 'backfill', 'bench', ...flags]);
    return (JSON.parse(stdout) as { cpuSeconds: number }).cpuSeconds;
  });
}

interface LaterPasses {
  readonly passes: number;
  readonly cpuMillisEach: number;
  readonly requestsEach: number;
}

/** Passes of a running program with nothing to do, counted by its own log: processor time and requests of each. */
async function laterPasses(base: string, url: string): Promise<LaterPasses> {
  const flags = [
    '--base-dir',
    base,
    '--static-nodes',
    url,
    '--metrics-port',
    '0',
    '--interval',
    '200ms',
    '--live',
    'never',
    '--log-format',
    'json',
  ];
  const child = spawn(process.execPath, [...BACKFILLER, 'backfill', 'bench', ...flags], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let passes = 0;
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line.includes('"Backfill complete"')) passes += 1;
  });
  const observe = async (): Promise<{ cpu: number; requests: number; passes: number }> => ({
    cpu: cpuSecondsOf(child.pid ?? 0),
    requests: await requestCount(url),
    passes,
  });
  await sleep(SETTLING_MS);
  const before = await observe();
  await sleep(OBSERVED_MS);
  const after = await observe();
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
  const made = after.passes - before.passes;
  return {
    passes: made,
    cpuMillisEach: ((after.cpu - before.cpu) * 1000) / made,
    requestsEach: (after.requests - before.requests) / made,
  };
}

/** Two equal archives of 100,800 segments: what it costs to find that nothing is missing. */
export async function backfillIdle({ runs, scale }: { runs: number; scale: number }): Promise<ResultTable[]> {
  const folder = mkdtempSync(path.join(process.env['WAYBILL_BENCH_FOLDER'] ?? tmpdir(), 'waybill-bench-'));
  const [a, b] = [path.join(folder, 'a'), path.join(folder, 'b')];
  const segments = makeArchive(a, {
    channel: 'bench',
    quality: 'source',
    hours: 56,
    segmentsPerHour: Math.round(1800 * scale),
    sizeBytes: 100,
  });
  cpSync(a, b, { recursive: true });
  const server = await startServer([...BACKFILLER, 'serve', '--base-dir', a, ...SERVE]);
  const url = (JSON.parse(server.firstLine) as { url: string }).url;
  try {
    const find = Array.from(
      { length: runs },
      () => timeCommand(['sh', '-c', 'find "$1" > /dev/null', 'sh', path.join(b, 'bench')]).cpuSeconds,
    );
    const first = firstPasses(b, url, runs);
    const later = await laterPasses(b, url);
    const ratio = median(first) / median(find);
    const rows = [
      { name: 'find', figure: formatSpread(find, 's CPU', 3) },
      {
        name: 'first pass, start-up left out',
        figure: formatSpread(first, 's CPU', 3),
        against: `${ratio.toFixed(2)} x find`,
        goal: 'at most 2 x find',
        met: ratio <= 2,
      },
      {
        name: 'each later pass',
        figure: `${later.cpuMillisEach.toFixed(1)} ms CPU`,
        against: `${String(later.passes)} passes in ${String(OBSERVED_MS / 1000)} s, the program's idle work included`,
        goal: 'under 20 ms',
        met: later.cpuMillisEach < 20,
      },
      {
        name: 'requests of each later pass',
        figure: later.requestsEach.toFixed(2),
        goal: '1',
        met: Math.round(later.requestsEach) === 1,
      },
    ];
    return [
      {
        title: `Nothing to do: ${String(segments)} segments`,
        note: `${runs} runs of a first pass with nothing remembered; later passes of one running program.`,
        rows,
      },
    ];
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
