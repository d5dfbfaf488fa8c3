import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeArchive } from './make-archive.ts';
import { BACKFILLER } from './paths.ts';
import type { ResultRow, ResultTable } from './result-table.ts';
import { formatSpread, median } from './statistics.ts';
import { timeCommand } from './time-command.ts';

const CHANNEL = 'bench';
const QUALITY = 'source';
/** One that is not there: what is left is the start of the program. */
const NO_QUALITY = 'none';

const cpuOf = (command: readonly string[]): number => timeCommand(command).cpuSeconds;

interface Measured {
  readonly find: number[];
  readonly startUp: number[];
  readonly first: number[];
  readonly next: number[];
}

/** In turns, whole processes each; the state of the first run is what the next one remembers. */
function measure(base: string, folder: string, runs: number): Measured {
  const state = path.join(folder, 'state');
  const maps = path.join(folder, 'maps');
  const check = (quality: string): number => {
    const where = ['--base-dir', base, '--state-dir', state, '--output-dir', maps];
    const flags = ['--qualities', quality, '--run-once', '--quiet', '--log-level', 'silent'];
    // An archive without the quality is no success: its exit code is.
    const program = [process.execPath, ...BACKFILLER, 'coverage', CHANNEL, ...where, ...flags];
    return cpuOf(['sh', '-c', '"$@"; code=$?; [ $code -eq 0 ] || [ $code -eq 3 ]', 'sh', ...program]);
  };
  const measured: Measured = { find: [], startUp: [], first: [], next: [] };
  for (let run = 0; run < runs; run++) {
    for (const left of [state, maps]) rmSync(left, { recursive: true, force: true });
    measured.find.push(cpuOf(['sh', '-c', 'find "$1" > /dev/null', 'sh', path.join(base, CHANNEL)]));
    measured.startUp.push(check(NO_QUALITY));
    measured.first.push(check(QUALITY));
    measured.next.push(check(QUALITY));
  }
  return measured;
}

function rowsOf({ find, startUp, first, next }: Measured): ResultRow[] {
  const ratio = (seconds: number): string => `${(seconds / median(find)).toFixed(2)} x find`;
  const [firstCheck, nextCheck] = [median(first) - median(startUp), median(next) - median(startUp)];
  const whole = (name: string, seconds: readonly number[]): ResultRow => ({
    name,
    figure: formatSpread(seconds, 's CPU', 3),
    against: ratio(median(seconds)),
  });
  return [
    { name: 'find', figure: formatSpread(find, 's CPU', 3) },
    whole('start-up of the program, nothing to look at', startUp),
    whole('first run, whole program', first),
    {
      name: 'first run, start-up left out',
      figure: `${firstCheck.toFixed(3)} s CPU`,
      against: ratio(firstCheck),
      goal: 'at most 2 x find',
      met: firstCheck <= 2 * median(find),
    },
    whole('next run, whole program, nothing changed', next),
    {
      name: 'next run, start-up left out',
      figure: `${(nextCheck * 1000).toFixed(0)} ms CPU`,
      against: 'what was remembered is read and checked',
      goal: 'under 50 ms',
      met: nextCheck < 0.05,
    },
  ];
}

/** A week of one quality: maps, holes and metrics of 302,400 segments. */
export function backfillCoverage({ runs, scale }: { runs: number; scale: number }): Promise<ResultTable[]> {
  const folder = mkdtempSync(path.join(process.env['WAYBILL_BENCH_FOLDER'] ?? tmpdir(), 'waybill-bench-'));
  const base = path.join(folder, 'archive');
  try {
    const segments = makeArchive(base, {
      channel: CHANNEL,
      quality: QUALITY,
      hours: 7 * 24,
      segmentsPerHour: Math.round(1800 * scale),
      sizeBytes: 100,
    });
    const rows = rowsOf(measure(base, folder, runs));
    const title = `Coverage of a week: ${String(segments)} segments`;
    return Promise.resolve([{ title, note: `${runs} runs in turns; user and system time.`, rows }]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
