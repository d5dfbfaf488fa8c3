import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type Contender, measureInTurns, type Series } from './measure-in-turns.ts';
import { type PackerFiles, packerFiles, whyNoProjects } from './packer-files.ts';
import { findBat, NO_BAT, timePacker } from './packer-program.ts';
import type { ResultRow, ResultTable } from './result-table.ts';
import { startShaman } from './shaman-program.ts';
import { formatSpread } from './statistics.ts';
import { timeCommand } from './time-command.ts';

/** Of issue 4, section 3.6. */
const [CP_FACTOR, SHAMAN_FACTOR] = [1.5, 1.2];
const START_UP_RUNS = 5;
const [CP, CP_HASHED, FOLDER, SHAMAN] = ['cp', 'cp and SHA-256', 'ours to a folder, durability none', 'ours to Shaman'];

interface Packed {
  readonly title: string;
  readonly blend: string;
  /** What `cp` copies. */
  readonly source: string;
  readonly isJudged: boolean;
}

const PACKED: readonly Packed[] = [
  { title: 'one plain file of 559 MB', blend: 'big.blend', source: 'big.blend', isJudged: true },
  { title: 'its zstd twin', blend: 'big-zstd.blend', source: 'big-zstd.blend', isJudged: true },
  {
    title: '256 MB of hard-to-compress data as zstd',
    blend: 'noise-zstd.blend',
    source: 'noise-zstd.blend',
    isJudged: true,
  },
  // Next to nothing is copied here: the files are read for what they need, which `cp` does not do.
  { title: '62 files with 500 textures', blend: 'textures/shot.blend', source: 'textures', isJudged: false },
];

const remove = (target: string): void => rmSync(target, { recursive: true, force: true });

/**
 * Runs twice, each time on an empty target, and gives the second run. What was made is removed: large copies cannot stay. The first
 * run takes as much memory as the second one, in blocks of the same size, and gives it back. A virtual machine that reports
 * free pages hands memory that was free for 2 s to its host, and whoever first writes after a pause would pay for fetching it: up
 * to ten times what the copy costs.
 */
function onFresh<Result>(target: string, run: () => Result): Result {
  try {
    run();
    remove(target);
    return run();
  } finally {
    remove(target);
  }
}

// One process hashes all. OpenSSL's is the faster one where the processor has instructions for SHA-256.
const COPY_AND_HASH = `
  if command -v openssl > /dev/null; then hash='openssl dgst -sha256'; else hash=sha256sum; fi
  cp -r "$1" "$2" && find "$1" -type f -exec $hash {} + > /dev/null`;

function locals({ blend, source }: Packed, files: PackerFiles): Contender[] {
  const [file, from, target, bat] = [files.of(blend), files.of(source), files.of('target'), findBat()];
  const project = ['--project', path.dirname(file)];
  const own = (to: string, ...flags: string[]): ReturnType<Contender['run']> =>
    onFresh(to, () => timePacker(files.of('memory'), 'pack', file, to, ...project, '--no-cache', '--quiet', ...flags));
  const original = (): ReturnType<Contender['run']> =>
    onFresh(target, () => timeCommand([bat ?? '', '-q', 'pack', '-p', path.dirname(file), file, target]));
  return [
    { name: CP, run: () => onFresh(target, () => timeCommand(['cp', '-r', from, target])) },
    {
      name: CP_HASHED,
      run: () => onFresh(target, () => timeCommand(['sh', '-c', COPY_AND_HASH, 'sh', from, target])),
    },
    ...(bat === undefined ? [] : [{ name: 'BAT to a folder', run: original }]),
    { name: FOLDER, run: () => own(target, '--durability', 'none') },
    { name: 'ours to a folder, durability full', run: () => own(target) },
    { name: 'ours to a ZIP, durability none', run: () => own(`${target}.zip`, '--durability', 'none') },
  ];
}

/** Each run on a server of its own: it must lack everything. */
async function toShaman({ blend }: Packed, files: PackerFiles, runs: number): Promise<Series> {
  const series: Series = { name: SHAMAN, wall: [], cpu: [], peak: [] };
  const [file, storage] = [files.of(blend), files.of('storage')];
  for (let run = 0; run < runs; run++) {
    mkdirSync(storage, { recursive: true });
    const server = await startShaman(storage, '--durability', 'none');
    try {
      const target = `shaman+${server.url.replace(/\/$/, '')}/#bench`;
      const args = ['pack', file, target, '--project', path.dirname(file), '--no-cache', '--quiet'];
      const times = timePacker(files.of('memory'), ...args);
      series.wall.push(times.wallSeconds);
      series.cpu.push(times.cpuSeconds);
      series.peak.push(times.peakBytes);
    } finally {
      await server.stop();
      remove(storage);
    }
  }
  return series;
}

interface Judged {
  readonly floor: Series | undefined;
  readonly limit: number;
  /** Of an empty scene, packed to the same kind of target. */
  readonly startUp: Series;
}

const least = (values: readonly number[]): number => Math.min(...values);

/**
 * By processor time without start-up; beside it by the time that passed, which the disk decides. The least of all runs counts: what
 * a virtual machine adds for memory is never less than nothing, and up to ten times the copy.
 */
function judge(one: Series, { floor, limit, startUp }: Judged, isJudged: boolean): Partial<ResultRow> {
  if (floor === undefined) return {};
  const ratio = (least(one.cpu) - least(startUp.cpu)) / least(floor.cpu);
  const wall = (least(one.wall) - least(startUp.wall)) / least(floor.wall);
  const against = `${ratio.toFixed(2)} x CPU and ${wall.toFixed(2)} x time of ${floor.name}`;
  return isJudged ? { against, goal: `within ${limit} x CPU of ${floor.name}`, met: ratio <= limit } : { against };
}

function figureOf({ cpu, wall, peak }: Series): string {
  const memory = peak.length === 0 ? '' : `, at most ${(Math.max(...peak) / 1e6).toFixed(0)} MB`;
  return `${formatSpread(cpu, 's CPU')}, ${formatSpread(wall, 's wall')}${memory}`;
}

interface StartUps {
  readonly folder: Series;
  readonly shaman: Series;
}

/** What packing takes where there is next to nothing to pack: each kind of target loads what it needs. */
async function startUps(files: PackerFiles): Promise<StartUps> {
  const tiny = { title: '', blend: 'tiny.blend', source: 'tiny.blend', isJudged: false };
  const own = locals(tiny, files).filter(({ name }) => name === FOLDER);
  const [folder = { name: FOLDER, cpu: [], wall: [], peak: [] }] = measureInTurns(own, START_UP_RUNS);
  return { folder, shaman: await toShaman(tiny, files, START_UP_RUNS) };
}

async function tableOf(one: Packed, files: PackerFiles, runs: number, startUp: StartUps): Promise<ResultTable> {
  const series = [...measureInTurns(locals(one, files), runs), await toShaman(one, files, runs)];
  const floor = (name: string): Series | undefined => series.find((each) => each.name === name);
  const judged = new Map([
    [FOLDER, { floor: floor(CP), limit: CP_FACTOR, startUp: startUp.folder }],
    [SHAMAN, { floor: floor(CP_HASHED), limit: SHAMAN_FACTOR, startUp: startUp.shaman }],
  ]);
  const rows = series.map((each): ResultRow => {
    const against = judged.get(each.name);
    const row = { name: each.name, figure: figureOf(each) };
    return against === undefined ? row : { ...row, ...judge(each, against, one.isJudged) };
  });
  return {
    title: `Packing: ${one.title}`,
    note: `Whole processes, of Shaman the client; ratios are of the least of all runs, without what an empty scene takes to the same target (folder ${least(startUp.folder.cpu).toFixed(2)} s CPU, Shaman ${least(startUp.shaman.cpu).toFixed(2)}); ${runs} runs in turns, each right after one like it that does not count; those to Shaman after them, once each.`,
    rows: findBat() === undefined ? [...rows, { name: 'BAT', figure: NO_BAT }] : rows,
  };
}

/** Packs beside copies, and copies with SHA-256. */
export async function packerPacking({ runs, scale }: { runs: number; scale: number }): Promise<ResultTable[]> {
  const why = whyNoProjects();
  if (why !== undefined) return [{ title: 'Packing', note: 'Not measured.', rows: [{ name: 'all', figure: why }] }];
  const files = packerFiles(scale, 'tiny', 'big', 'noise', 'textures');
  const startUp = await startUps(files);
  const tables: ResultTable[] = [];
  for (const one of PACKED) tables.push(await tableOf(one, files, runs, startUp));
  return tables;
}
