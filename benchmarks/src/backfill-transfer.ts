import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startServer } from './child-server.ts';
import { makeArchive } from './make-archive.ts';
import { BACKFILLER, script } from './paths.ts';
import type { ResultRow, ResultTable } from './result-table.ts';
import { formatSpread, median } from './statistics.ts';
import { timeCommand, type CommandTimes } from './time-command.ts';

const CHANNEL = 'bench';
const QUALITY = 'source';
const CONCURRENCY = '5';

interface Shape {
  readonly hours: number;
  readonly segmentsPerHour: number;
  readonly sizeBytes: number;
  readonly label: string;
}

interface Contender {
  readonly name: string;
  readonly command: (target: string) => readonly string[];
  /** A floor copies nothing that could be counted. */
  readonly isCopy: boolean;
}

interface Measured {
  readonly name: string;
  readonly cpu: number[];
  readonly wall: number[];
}

function countSegments(base: string): number {
  const quality = path.join(base, CHANNEL, QUALITY);
  return readdirSync(quality).reduce(
    (sum, hour) => sum + readdirSync(path.join(quality, hour)).filter((name) => name.endsWith('.ts')).length,
    0,
  );
}

/**
 * ext4 does not use the inodes of files deleted in the last minutes, and searching its way past thousands of them costs ten
 * times what creating a file does: copies of many files stay until the end, copies of large files cannot.
 */
const MANY_FILES = 5000;

function measureOnce({ name, command, isCopy }: Contender, folder: string, segments: number): CommandTimes {
  const target = mkdtempSync(path.join(folder, 'copy-'));
  const times = timeCommand(command(target));
  if (isCopy && countSegments(target) !== segments) throw new Error(`${name}: not everything arrived`);
  if (segments < MANY_FILES) rmSync(target, { recursive: true });
  return times;
}

/** In turns: what changes while they run, such as the disk, is the same for all of them. */
function measureAll(
  contenders: readonly Contender[],
  runs: number,
  once: (one: Contender) => CommandTimes,
): Measured[] {
  const measured = contenders.map(({ name }): Measured => ({ name, cpu: [], wall: [] }));
  for (let run = 0; run < runs; run++) {
    for (const [index, contender] of contenders.entries()) {
      const { cpuSeconds, wallSeconds } = once(contender);
      measured[index]?.cpu.push(cpuSeconds);
      measured[index]?.wall.push(wallSeconds);
    }
  }
  return measured;
}

function ours(node: string, target: string, ...flags: string[]): string[] {
  const common = [
    '--base-dir',
    target,
    '--static-nodes',
    node,
    '--run-once',
    '--qualities',
    QUALITY,
    '--quiet',
    '--log-level',
    'warn',
  ];
  return [
    process.execPath,
    ...BACKFILLER,
    'backfill',
    CHANNEL,
    ...common,
    '--download-concurrency',
    CONCURRENCY,
    ...flags,
  ];
}

function contenders(source: string, plain: string, own: string): Contender[] {
  const original = process.env['WAYBILL_BENCH_WUBLOADER'];
  const bare = (target: string): string[] => [
    process.execPath,
    script('bare-loop.ts'),
    plain,
    CHANNEL,
    QUALITY,
    path.join(target, CHANNEL, QUALITY),
    CONCURRENCY,
  ];
  const client = (name: string, command: Contender['command']): Contender => ({ name, command, isCopy: true });
  const floor = (name: string, command: Contender['command']): Contender => ({ name, command, isCopy: false });
  return [
    floor('cp -r', (target) => ['cp', '-r', `${source}/.`, target]),
    floor('sha256sum of all files', () => [
      'sh',
      '-c',
      'find "$1" -type f -exec sha256sum {} + > /dev/null',
      'sh',
      source,
    ]),
    floor('reading and SHA-256 in Node, nothing else', () => [process.execPath, script('hash-files.ts'), source]),
    floor('fetching in Node, nothing else', () => [
      process.execPath,
      script('fetch-only.ts'),
      plain,
      CHANNEL,
      QUALITY,
      CONCURRENCY,
    ]),
    floor('synced writes in Node, nothing else', (target) => [
      process.execPath,
      script('synced-writes.ts'),
      source,
      target,
    ]),
    client('bare loop', bare),
    client('ours, GET, durability full', (target) => ours(plain, target)),
    client('ours, GET, durability none', (target) => ours(plain, target, '--durability', 'none')),
    client('ours, batch, durability full', (target) => ours(own, target)),
    client('ours, batch, durability none', (target) => ours(own, target, '--durability', 'none')),
    ...(original === undefined ? [] : [client('wubloader', (target) => [original, target, plain, CHANNEL, QUALITY])]),
  ];
}

/** The goals of the issue, by the contender's name; `factor` of the bare loop's processor time. */
function goalsOf(sizeBytes: number): Readonly<Record<string, number>> {
  return sizeBytes < 100_000
    ? { 'ours, GET, durability full': 1.2, 'ours, batch, durability full': 0.4 }
    : { 'ours, GET, durability full': 0.8, 'ours, batch, durability full': 0.8 };
}

function rowOf(
  { name, cpu, wall }: Measured,
  segments: number,
  bare: number,
  goals: Readonly<Record<string, number>>,
  original: number | undefined,
): ResultRow {
  const ratio = median(cpu) / bare;
  const against = [
    `${ratio.toFixed(2)} x bare loop`,
    ...(original === undefined ? [] : [`wubloader ${(original / median(cpu)).toFixed(1)} x this`]),
  ].join(', ');
  const figure = `${formatSpread(cpu, 's CPU')}, ${((median(cpu) / segments) * 1e6).toFixed(0)} µs each, ${median(wall).toFixed(2)} s wall`;
  const limit = goals[name];
  return {
    name,
    figure,
    against,
    ...(limit === undefined ? {} : { goal: `at most ${limit} x bare loop`, met: ratio <= limit }),
  };
}

async function transferTable({ hours, segmentsPerHour, sizeBytes, label }: Shape, runs: number): Promise<ResultTable> {
  const folder = mkdtempSync(path.join(process.env['WAYBILL_BENCH_FOLDER'] ?? tmpdir(), 'waybill-bench-'));
  const source = path.join(folder, 'source');
  const segments = makeArchive(source, { channel: CHANNEL, quality: QUALITY, hours, segmentsPerHour, sizeBytes });
  const plain = await startServer([script('plain-server.ts'), source]);
  const own = await startServer([
    ...BACKFILLER,
    'serve',
    '--base-dir',
    source,
    '--host',
    '127.0.0.1',
    '--port',
    '0',
    '--json',
    '--quiet',
    '--log-level',
    'error',
  ]);
  try {
    const url = (JSON.parse(own.firstLine) as { url: string }).url;
    const all = contenders(source, `http://127.0.0.1:${plain.firstLine}`, url);
    const measured = measureAll(all, runs, (one) => measureOnce(one, folder, segments));
    const cpuOf = (name: string): number | undefined => {
      const found = measured.find((entry) => entry.name === name);
      return found === undefined ? undefined : median(found.cpu);
    };
    const rows = measured.map((entry) =>
      rowOf(entry, segments, cpuOf('bare loop') ?? Number.NaN, goalsOf(sizeBytes), cpuOf('wubloader')),
    );
    return {
      title: `Backfill: ${label}`,
      note: `Whole processes, user and system time of the client; ${runs} runs in turns, median (smallest–largest); ${CONCURRENCY} requests at a time.`,
      rows,
    };
  } finally {
    await plain.stop();
    await own.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Filling an empty archive, small segments and large ones. */
export async function backfillTransfer({ runs, scale }: { runs: number; scale: number }): Promise<ResultTable[]> {
  const small = {
    hours: 10,
    segmentsPerHour: Math.round(1800 * scale),
    sizeBytes: 10_000,
    label: `${String(Math.round(1800 * scale) * 10)} x 10 kB`,
  };
  const large = {
    hours: 1,
    segmentsPerHour: Math.round(1800 * scale),
    sizeBytes: 1_000_000,
    label: `${String(Math.round(1800 * scale))} x 1 MB`,
  };
  return [await transferTable(small, runs), await transferTable(large, runs)];
}
