import { rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { openBenchFolder } from './bench-folder.ts';
import { carExporter, makeChain, megabytes, memoryOf, NODE, ONE_ARENA, PARTS, PLAIN } from './car-program.ts';
import { type Contender, measureInTurns, type Series } from './measure-in-turns.ts';
import { script } from './paths.ts';
import type { ResultRow, ResultTable } from './result-table.ts';
import { formatSpread, median } from './statistics.ts';
import { type CommandTimes, timeCommand } from './time-command.ts';

const MOST_ANONYMOUS_BYTES = 200e6;

function row({ name, wall, cpu }: Series, blocks: number): ResultRow {
  const perBlock = (median(cpu) / blocks) * 1e6;
  return {
    name,
    figure: `${formatSpread(wall, 's')}, ${median(cpu).toFixed(2)} s CPU, ${perBlock.toFixed(2)} µs a block`,
  };
}

/** Filling an LMDB store, and exporting from it. */
export function carLmdb({ runs, scale }: { runs: number; scale: number }): Promise<ResultTable[]> {
  using folder = openBenchFolder();
  const inFolder = (name: string): string => path.join(folder.path, name);
  const [source, target, store, bare] = ['chain.car', 'out.car', 'store', 'bare'].map(inFolder) as [
    ...[string, string, string, string],
  ];
  const blocks = makeChain(scale < 1 ? 'demo' : 'bench', source);
  const timed = (clear: string, command: readonly string[]) => (): CommandTimes => {
    rmSync(clear, { force: true, recursive: true });
    return timeCommand(command, ONE_ARENA);
  };
  const importing = carExporter('import', '--from', source, '--to', store);
  const exporting = carExporter('export-range', '--from', `lmdb:${store}`, ...PARTS, ...PLAIN, '-o', target);
  const contenders: Contender[] = [
    { name: 'hashing every block alone', run: timed(target, [...NODE, script('hash-blocks.ts'), source]) },
    {
      name: 'a bare loop of puts by multihash, no hashes',
      run: timed(bare, [...NODE, script('bare-lmdb.ts'), source, bare]),
    },
    { name: 'import', run: timed(store, importing) },
    { name: 'export', run: timed(target, exporting) },
  ];
  const series = measureInTurns(contenders, runs);
  const [hashing, puts, imported, exported] = series.map((each) => row(each, blocks)) as [
    ...[ResultRow, ResultRow, ResultRow, ResultRow],
  ];
  const [hashingCpu = 0, putsCpu = 0, importCpu = 0] = series.map(({ cpu }) => median(cpu));
  const against = `${(importCpu / (hashingCpu + putsCpu)).toFixed(2)} x the CPU of both floors`;
  const storeBytes = statSync(path.join(store, 'data.mdb')).size;
  rmSync(target);
  const rows: ResultRow[] = [
    hashing,
    puts,
    { ...imported, against },
    exported,
    {
      name: 'store on disk',
      figure: megabytes(storeBytes),
      against: `${(storeBytes / statSync(source).size).toFixed(2)} x the CAR`,
    },
    memoryRow('memory of the export', exporting, folder.path),
  ];
  rmSync(store, { recursive: true });
  rows.push(memoryRow('memory of the import', importing, folder.path, false));
  const note = `Whole processes, start included; ${runs} runs in turns. Pages of the store that are mapped are the system's cache, and go when it needs them.`;
  return Promise.resolve([
    { title: `LMDB store, ${blocks} blocks, ${(statSync(source).size / 1e9).toFixed(2)} GB`, note, rows },
  ]);
}

function memoryRow(name: string, command: readonly string[], folder: string, hasGoal = true): ResultRow {
  const { anonymous, mapped } = memoryOf(command, folder);
  const figure = `${megabytes(anonymous)} anonymous, ${megabytes(mapped)} of mapped files`;
  if (!hasGoal) return { name, figure };
  return { name, figure, goal: 'at most 200 MB anonymous', met: anonymous <= MOST_ANONYMOUS_BYTES };
}
