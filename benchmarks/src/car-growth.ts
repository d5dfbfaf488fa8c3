import { rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { openBenchFolder } from './bench-folder.ts';
import { carExporter, makeChain, megabytes, memoryOf, ONE_ARENA, PARTS, PLAIN } from './car-program.ts';
import type { ResultRow, ResultTable } from './result-table.ts';
import { median } from './statistics.ts';
import { timeCommand } from './time-command.ts';

const PUSH_BLOCKS = [300_000, 1_000_000, 3_000_000];
const NIGHTLY_BLOCKS = 10_000_000;
/** What a block may cost more in the largest chain than in the smallest: caches of the processor are smaller than both. */
const MOST_GROWTH = 1.5;

interface Point {
  readonly blocks: number;
  readonly sizeBytes: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly anonymousBytes: number;
}

/** Exports of whole chains with one worker, from a CAR whose index is there. Medians. */
function measure(wanted: number, runs: number): Point {
  using folder = openBenchFolder();
  const [source, target] = [path.join(folder.path, 'chain.car'), path.join(folder.path, 'out.car')];
  const blocks = makeChain(String(wanted), source);
  timeCommand(carExporter('index', '--from', source, '--json'));
  const command = carExporter('export-range', '--from', source, ...PARTS, ...PLAIN, '-o', target);
  const times = Array.from({ length: runs }, () => {
    rmSync(target, { force: true });
    return timeCommand(command, ONE_ARENA);
  });
  rmSync(target);
  const { anonymous } = memoryOf(command, folder.path);
  return {
    blocks,
    sizeBytes: statSync(source).size,
    wallSeconds: median(times.map((time) => time.wallSeconds)),
    cpuSeconds: median(times.map((time) => time.cpuSeconds)),
    anonymousBytes: anonymous,
  };
}

const perBlock = (seconds: number, { blocks }: Point): number => (seconds / blocks) * 1e6;

function rowOf(point: Point): ResultRow {
  const { blocks, sizeBytes, wallSeconds, cpuSeconds, anonymousBytes } = point;
  const micros = `${perBlock(wallSeconds, point).toFixed(2)} µs, ${perBlock(cpuSeconds, point).toFixed(2)} µs CPU a block`;
  return {
    name: `${(blocks / 1e6).toFixed(2)} million blocks, ${(sizeBytes / 1e9).toFixed(2)} GB`,
    figure: `${wallSeconds.toFixed(2)} s, ${cpuSeconds.toFixed(2)} s CPU, ${megabytes(anonymousBytes)}`,
    against: micros,
  };
}

/** What a million blocks more cost: the slope between two chains, in which the start of the program is not. */
function slopeRow(from: Point, to: Point): ResultRow {
  const millions = (to.blocks - from.blocks) / 1e6;
  const seconds = (to.wallSeconds - from.wallSeconds) / millions;
  const cpu = (to.cpuSeconds - from.cpuSeconds) / millions;
  const memory = (to.anonymousBytes - from.anonymousBytes) / millions;
  return {
    name: `each million between ${(from.blocks / 1e6).toFixed(2)} and ${(to.blocks / 1e6).toFixed(2)}`,
    figure: `${seconds.toFixed(2)} s, ${cpu.toFixed(2)} s CPU, ${megabytes(memory)}`,
  };
}

/** How exports grow with the chain; `--scale` above 1, or the nightly tier, adds 10 million blocks. */
export function carGrowth({ runs, scale }: { runs: number; scale: number }): Promise<ResultTable[]> {
  const isLarge = scale > 1 || process.env['WAYBILL_TEST_TIER'] === 'nightly';
  const sizes = (isLarge ? [...PUSH_BLOCKS, NIGHTLY_BLOCKS] : PUSH_BLOCKS).map((size) => size * Math.min(1, scale));
  const points = sizes.map((size) => measure(Math.round(size), runs));
  const [first, last] = [points[0], points.at(-1)] as [Point, Point];
  const growth = perBlock(last.cpuSeconds, last) / perBlock(first.cpuSeconds, first);
  const rows: ResultRow[] = [
    ...points.map(rowOf),
    ...points.slice(1).map((point, at) => slopeRow(points[at] as Point, point)),
    {
      name: 'CPU of a block, largest beside smallest',
      figure: `${growth.toFixed(2)} x`,
      goal: `linear: at most ${MOST_GROWTH} x`,
      met: growth <= MOST_GROWTH,
    },
  ];
  const note = `Whole processes with one worker; median of ${runs} runs; anonymous memory in a run of its own.`;
  return Promise.resolve([{ title: 'Growth of exports', note, rows }]);
}
