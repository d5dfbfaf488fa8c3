import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer } from './child-server.ts';
import { BACKFILLER } from './paths.ts';
import type { ResultTable } from './result-table.ts';
import { formatSpread } from './statistics.ts';

const POLL_MS = 2;
const GIVE_UP_MS = 10_000;

/** Puts a segment in place as a recorder does: another process renames it in. Returns its path below the base. */
function recordSegment(base: string, index: number): string {
  const content = randomBytes(100_000);
  const hour = new Date().toISOString().slice(0, 13);
  const hash = createHash('sha256').update(content).digest('base64url');
  // One after another in stream time, as a recorder's are: segments that overlap others are not copied.
  const [minute, second] = [Math.floor(index / 30), (index % 30) * 2].map((part) => String(part).padStart(2, '0'));
  const relative = path.join('bench', 'source', hour, `${minute ?? ''}:${second ?? ''}.000000-2.0-full-${hash}.ts`);
  mkdirSync(path.join(base, path.dirname(relative)), { recursive: true });
  const temp = path.join(base, 'bench', `temp-${String(index)}`);
  writeFileSync(temp, content);
  renameSync(temp, path.join(base, relative));
  return relative;
}

async function millisUntil(file: string): Promise<number> {
  const started = performance.now();
  while (!existsSync(file)) {
    if (performance.now() - started > GIVE_UP_MS) throw new Error(`${file} did not arrive`);
    await sleep(POLL_MS);
  }
  return performance.now() - started;
}

/** From the rename on one node, by another process, to the finished, synced file on the other one. */
export async function backfillLag({ runs }: { runs: number }): Promise<ResultTable[]> {
  const folder = mkdtempSync(path.join(process.env['WAYBILL_BENCH_FOLDER'] ?? tmpdir(), 'waybill-bench-'));
  const [a, b] = [path.join(folder, 'a'), path.join(folder, 'b')];
  recordSegment(a, 0);
  const common = ['--host', '127.0.0.1', '--port', '0', '--json', '--quiet', '--log-level', 'error'];
  const first = await startServer([...BACKFILLER, 'serve', '--base-dir', a, ...common]);
  const { url } = JSON.parse(first.firstLine) as { url: string };
  const second = await startServer([
    ...BACKFILLER,
    'run',
    'bench',
    '--base-dir',
    b,
    '--static-nodes',
    url,
    '--live',
    'always',
    '--recent-cutoff',
    '0',
    '--metrics-port',
    '0',
    ...common,
  ]);
  try {
    await sleep(3000);
    const lags: number[] = [];
    for (let index = 1; index <= runs * 10; index++) {
      lags.push(await millisUntil(path.join(b, recordSegment(a, index))));
      await sleep(100);
    }
    const rows = [
      {
        name: '100 kB segment, renamed in by another process',
        figure: formatSpread(lags, 'ms', 0),
        goal: 'all within 1 s',
        met: Math.max(...lags) < 1000,
      },
    ];
    return [
      { title: 'Replication lag with events', note: `${String(lags.length)} segments, one after another.`, rows },
    ];
  } finally {
    await second.stop();
    await first.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
