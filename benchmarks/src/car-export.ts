import { readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { openBenchFolder } from './bench-folder.ts';
import { CAR_EXPORTER, script } from './paths.ts';
import type { ResultRow, ResultTable } from './result-table.ts';
import { formatSpread, median } from './statistics.ts';
import { type CommandTimes, timeCommand } from './time-command.ts';

const PARTS = ['--messages', '--receipts', '--stateroots'];
const REPORT_MEMORY = ['--import', script('report-memory.mjs')];

interface Runner {
  readonly source: string;
  readonly target: string;
  readonly memoryFile: string;
}

interface Measured extends CommandTimes {
  readonly peakBytes: number;
}

const NODE = [process.execPath, '--conditions=@waybill/source'];

function ours({ source, target, memoryFile }: Runner, ...flags: string[]): Measured {
  rmSync(target, { force: true });
  const times = timeCommand(
    [
      process.execPath,
      ...REPORT_MEMORY,
      ...CAR_EXPORTER,
      'export-range',
      '--from',
      source,
      ...PARTS,
      '-o',
      target,
      '--quiet',
      ...flags,
    ],
    { WAYBILL_BENCH_MEMORY: memoryFile, MALLOC_ARENA_MAX: '1' },
  );
  return { ...times, peakBytes: Number(readFileSync(memoryFile, 'utf8')) };
}

interface Contender {
  readonly name: string;
  readonly run: () => CommandTimes & { readonly peakBytes?: number };
}

function contendersOf(runner: Runner): Contender[] {
  const { source, target } = runner;
  // Without a checksum of the file: the floors compute none either.
  const plain = ['--durability', 'none', '--no-checksum'];
  return [
    { name: 'cat', run: () => timeCommand(['sh', '-c', 'cat "$1" > "$2"', 'sh', source, target]) },
    { name: 'hashing every block alone', run: () => timeCommand([...NODE, script('hash-blocks.ts'), source]) },
    { name: 'one worker', run: () => ours(runner, ...plain) },
    { name: 'two workers', run: () => ours(runner, ...plain, '--workers', '2') },
    { name: 'one worker, --verify', run: () => ours(runner, ...plain, '--verify') },
    { name: 'two workers, --verify', run: () => ours(runner, ...plain, '--verify', '--workers', '2') },
    { name: 'one worker, checksum and durability full (the defaults)', run: () => ours(runner) },
  ];
}

interface Series {
  readonly name: string;
  readonly wall: number[];
  readonly cpu: number[];
  readonly peak: number[];
}

function measure(contenders: readonly Contender[], runs: number): Series[] {
  const series = contenders.map(({ name }): Series => ({ name, wall: [], cpu: [], peak: [] }));
  for (let run = 0; run < runs; run++) {
    for (const [at, { run: once }] of contenders.entries()) {
      const { wallSeconds, cpuSeconds, peakBytes } = once();
      series[at]?.wall.push(wallSeconds);
      series[at]?.cpu.push(cpuSeconds);
      if (peakBytes !== undefined) series[at]?.peak.push(peakBytes);
    }
  }
  return series;
}

interface Goals {
  readonly cat: number;
  readonly hashing: number;
}

function judge({ name, wall }: Series, { cat, hashing }: Goals): Pick<ResultRow, 'against' | 'goal' | 'met'> {
  const [beside, share] = [median(wall) / cat, hashing / median(wall)];
  const against = `${beside.toFixed(1)} x cat`;
  if (name === 'one worker') return { against, goal: 'within 6 x cat', met: beside <= 6 };
  if (name === 'two workers') return { against, goal: 'within 4 x cat', met: beside <= 4 };
  if (!name.includes('--verify')) return { against };
  const speed = `${against}, ${(share * 100).toFixed(0)} % of the speed of hashing`;
  return { against: speed, goal: 'at least 60 % of hashing alone', met: share >= 0.6 };
}

function figureOf({ wall, cpu, peak }: Series, blocks: number): string {
  const rate = `${Math.round(blocks / median(wall) / 1000)}k blocks/s`;
  const memory = peak.length === 0 ? '' : `, ${(Math.max(...peak) / 1e6).toFixed(0)} MB`;
  return `${formatSpread(wall, 's')}, ${median(cpu).toFixed(2)} s CPU, ${rate}${memory}`;
}

/** The naive stack takes minutes on the large chain: it is run on a smaller one, and compared by block. */
function naiveRow(folder: string, oursPerBlock: number): ResultRow {
  const source = path.join(folder, 'demo.car');
  timeCommand([...NODE, script('make-chain.ts'), 'demo', source]);
  const { wallSeconds, stdout } = timeCommand([
    process.execPath,
    script('naive-export.ts'),
    source,
    path.join(folder, 'naive.car'),
  ]);
  const perBlock = wallSeconds / Number(stdout);
  const ratio = perBlock / oursPerBlock;
  return {
    name: `naive stack (@ipld/car, dag-cbor, Set of texts), ${Number(stdout)} blocks`,
    figure: `${wallSeconds.toFixed(1)} s, ${Math.round(1 / perBlock / 1000)}k blocks/s`,
    against: `one worker is ${ratio.toFixed(0)} x as fast a block`,
    goal: 'at least 40 x',
    met: ratio >= 40,
  };
}

/** Exports of a whole chain, from a CAR whose index is there. */
export function carExport({ runs, scale }: { runs: number; scale: number }): Promise<ResultTable[]> {
  using folder = openBenchFolder();
  const source = path.join(folder.path, 'chain.car');
  const { stdout } = timeCommand([...NODE, script('make-chain.ts'), scale < 1 ? 'demo' : 'bench', source]);
  const blocks = Number(stdout);
  const runner = { source, target: path.join(folder.path, 'out.car'), memoryFile: path.join(folder.path, 'memory') };
  const indexing = timeCommand([process.execPath, ...CAR_EXPORTER, 'index', '--from', source, '--quiet', '--json']);
  const series = measure(contendersOf(runner), runs);
  const wallOf = (name: string): number => median(series.find((one) => one.name === name)?.wall ?? []);
  const goals = { cat: wallOf('cat'), hashing: wallOf('hashing every block alone') };
  const indexBytes = statSync(`${source}.waybill-index`).size;
  const perBlock = indexBytes / blocks;
  const rows: ResultRow[] = [
    ...series.map((one) => ({ name: one.name, figure: figureOf(one, blocks), ...judge(one, goals) })),
    naiveRow(folder.path, wallOf('one worker') / blocks),
    { name: 'making the index, every hash compared', figure: `${indexing.wallSeconds.toFixed(2)} s` },
    { name: 'index', figure: `${perBlock.toFixed(1)} bytes a block`, goal: 'at most 22', met: perBlock <= 22 },
    memoryRow(series),
  ];
  const title = `Export of ${blocks} blocks, ${(statSync(source).size / 1e9).toFixed(2)} GB`;
  return Promise.resolve([
    {
      title,
      note: `Whole processes, start included; ${runs} runs in turns; messages, receipts and state of all heights. One worker scans in the main thread, or with --verify in a thread, while the main one compares hashes; writes go through Node's thread pool beside it.`,
      rows,
    },
  ]);
}

function memoryRow(series: readonly Series[]): ResultRow {
  const one = series.find(({ name }) => name === 'one worker')?.peak ?? [];
  const peak = Math.max(...one);
  return {
    name: 'peak memory, one worker',
    figure: `${(peak / 1e6).toFixed(0)} MB`,
    goal: 'at most 200 MB',
    met: peak <= 200e6,
  };
}
