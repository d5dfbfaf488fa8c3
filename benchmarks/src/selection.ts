import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatHour, parseHour } from '@waybill/segments';
import { script } from './paths.ts';
import type { ResultRow, ResultTable } from './result-table.ts';
import { formatSpread, median } from './statistics.ts';
import { timeCommand } from './time-command.ts';

const HOURS = 24;
const HOUR_MICROS = 3_600_000_000;
const TWO_SECONDS = 2;

/** A day of empty files with names as long as real ones: only names are read. */
function makeDay(quality: string): void {
  const first = parseHour('2024-03-01T00');
  for (let hour = 0; hour < HOURS; hour++) {
    const folder = path.join(quality, formatHour(first + hour * HOUR_MICROS));
    mkdirSync(folder, { recursive: true });
    for (let second = 0; second < 3600; second += TWO_SECONDS) {
      const time = `${String(Math.floor(second / 60)).padStart(2, '0')}:${String(second % 60).padStart(2, '0')}.000000`;
      const hash = createHash('sha256')
        .update(`${String(hour)} ${String(second)}`)
        .digest('base64url');
      writeFileSync(path.join(folder, `${time}-2.0-full-${hash}.ts`), '');
    }
  }
}

interface SelectionTimes {
  readonly cold: number[];
  readonly cached: number[];
}

function times(command: readonly string[], runs: number): SelectionTimes {
  const results = Array.from(
    { length: runs },
    () => JSON.parse(timeCommand(command).stdout) as { cold: number; cached: number },
  );
  return { cold: results.map(({ cold }) => cold * 1000), cached: results.map(({ cached }) => cached * 1000) };
}

function rowsOf(ours: SelectionTimes, original: SelectionTimes | undefined): ResultRow[] {
  const row = (
    name: string,
    mine: readonly number[],
    theirs: readonly number[] | undefined,
    goal: number,
  ): ResultRow => {
    const figure = formatSpread(mine, 'ms CPU', 1);
    if (theirs === undefined) return { name, figure, against: 'the original was not run' };
    const factor = median(theirs) / median(mine);
    return {
      name,
      figure,
      against: `wubloader ${formatSpread(theirs, 'ms', 1)}: ${factor.toFixed(1)} x`,
      goal: `${goal} x less`,
      met: factor >= goal,
    };
  };
  return [row('cold', ours.cold, original?.cold, 2), row('cached, names unchanged', ours.cached, original?.cached, 20)];
}

/** The best sequence of 24 h, directories listed included; `WAYBILL_BENCH_WUBLOADER_BEST QUALITY_DIR` prints the original's {cold, cached}, the latter of its fifth repetition. */
export function selection({ runs }: { runs: number }): Promise<ResultTable[]> {
  const folder = mkdtempSync(path.join(process.env['WAYBILL_BENCH_FOLDER'] ?? tmpdir(), 'waybill-bench-'));
  const quality = path.join(folder, 'bench', 'source');
  makeDay(quality);
  const originalCommand = process.env['WAYBILL_BENCH_WUBLOADER_BEST'];
  const ours = times([process.execPath, '--conditions=@waybill/source', script('best-sequence.ts'), quality], runs);
  const original = originalCommand === undefined ? undefined : times([originalCommand, quality], runs);
  rmSync(folder, { recursive: true });
  return Promise.resolve([
    {
      title: 'Best sequence of 24 h: 43,200 segments',
      note: `${String(runs)} runs, each in a process of its own; start-up left out.`,
      rows: rowsOf(ours, original),
    },
  ]);
}
