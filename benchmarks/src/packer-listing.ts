import { globSync } from 'node:fs';
import path from 'node:path';
import { type Contender, measureInTurns, type Series } from './measure-in-turns.ts';
import { type PackerFiles, packerFiles, type ProjectKind, whyNoProjects } from './packer-files.ts';
import { findBat, NO_BAT, timePacker } from './packer-program.ts';
import type { ResultRow, ResultTable } from './result-table.ts';
import { formatSpread, median } from './statistics.ts';
import { timeCommand } from './time-command.ts';

/** Of issue 4, section 3.6. */
const [BAT_FACTOR, ZSTD_FACTOR, PEAK_BYTES] = [20, 1.5, 150e6];
const [CAT, ZSTD, BAT, OURS] = ['cat', 'zstd -t', 'BAT', 'ours'];

interface Listed {
  readonly title: string;
  readonly kind: ProjectKind;
  readonly file: string;
  /** What the figure is held against. */
  readonly goal: 'BAT' | 'zstd -t';
}

const LISTED: readonly Listed[] = [
  { title: 'one plain file of 592,000 file-blocks', kind: 'big', file: 'big.blend', goal: 'BAT' },
  { title: 'the same as zstd', kind: 'big', file: 'big-zstd.blend', goal: 'zstd -t' },
  { title: 'one file of hard-to-compress data as zstd', kind: 'noise', file: 'noise-zstd.blend', goal: 'zstd -t' },
  { title: '62 files with 500 textures', kind: 'textures', file: 'textures/shot.blend', goal: 'BAT' },
];

interface ListingRun {
  readonly files: PackerFiles;
  readonly bat: string | undefined;
  readonly runs: number;
}

function listing({ files, bat }: ListingRun, name: string): Contender[] {
  const file = files.of(name);
  const original = bat === undefined ? [] : [{ name: BAT, run: () => timeCommand([bat, 'list', file]) }];
  const own = { name: OURS, run: () => timePacker(files.of('memory'), 'list', file, '--no-cache', '--quiet') };
  return [...original, own];
}

/** All .blend files that are read for the listing: what lies beside and below, where it is a project. */
function blendFiles({ file }: Listed, files: PackerFiles): string[] {
  const full = files.of(file);
  return path.dirname(file) === '.' ? [full] : globSync(`${path.dirname(full)}/**/*.blend`);
}

function floors(one: Listed, files: PackerFiles): Contender[] {
  const read = blendFiles(one, files);
  const cat = { name: CAT, run: () => timeCommand(['sh', '-c', 'cat "$@" > /dev/null', 'sh', ...read]) };
  return one.goal === 'BAT' ? [cat] : [cat, { name: ZSTD, run: () => timeCommand(['zstd', '-t', '-q', ...read]) }];
}

const find = (series: readonly Series[], name: string): Series | undefined => series.find((one) => one.name === name);

/** What listing took beyond what listing an empty scene takes. */
function workOf(series: readonly Series[], startUp: readonly Series[], name: string): number | undefined {
  const whole = find(series, name);
  if (whole === undefined) return undefined;
  return median(whole.cpu) - median(find(startUp, name)?.cpu ?? [0]);
}

function figureOf({ cpu, wall, peak }: Series, work: number | undefined): string {
  const memory = peak.length === 0 ? '' : `, at most ${(Math.max(...peak) / 1e6).toFixed(0)} MB`;
  const beyond = work === undefined ? '' : `, ${work.toFixed(3)} s without start-up`;
  return `${formatSpread(cpu, 's CPU', 3)}${beyond}, ${median(wall).toFixed(2)} s wall${memory}`;
}

function judge(
  goal: Listed['goal'],
  own: number,
  series: readonly Series[],
  bat: number | undefined,
): Partial<ResultRow> {
  const faster = bat === undefined ? undefined : bat / own;
  const besideBat = faster === undefined ? NO_BAT : `BAT takes ${faster.toFixed(1)} x this`;
  if (goal === 'BAT')
    return {
      against: besideBat,
      goal: `${BAT_FACTOR} x less than BAT`,
      met: faster !== undefined && faster >= BAT_FACTOR,
    };
  const ratio = own / median(find(series, ZSTD)?.cpu ?? []);
  return {
    against: `${ratio.toFixed(2)} x zstd -t, ${besideBat}`,
    goal: `within ${ZSTD_FACTOR} x zstd -t`,
    met: ratio <= ZSTD_FACTOR,
  };
}

function memoryRow({ peak }: Series): ResultRow {
  const most = Math.max(...peak);
  const figure = `${(most / 1e6).toFixed(0)} MB`;
  return { name: 'peak memory, ours', figure, goal: `under ${PEAK_BYTES / 1e6} MB`, met: most < PEAK_BYTES };
}

function tableOf(one: Listed, run: ListingRun, startUp: readonly Series[]): ResultTable {
  const series = measureInTurns([...floors(one, run.files), ...listing(run, one.file)], run.runs);
  const work = (name: string): number | undefined =>
    find(startUp, name) === undefined ? undefined : workOf(series, startUp, name);
  const rows = series.map((each): ResultRow => {
    const row = { name: each.name, figure: figureOf(each, work(each.name)) };
    return each.name === OURS ? { ...row, ...judge(one.goal, work(OURS) ?? Number.NaN, series, work(BAT)) } : row;
  });
  const own = find(series, OURS);
  return {
    title: `Listing: ${one.title}`,
    note: `Processor time of whole processes; what listing an empty scene takes is subtracted; ${run.runs} runs in turns.`,
    rows: own === undefined ? rows : [...rows, memoryRow(own)],
  };
}

/** What files need, without a cache, beside reading and decompressing them and the original. */
export function packerListing({ runs, scale }: { runs: number; scale: number }): Promise<ResultTable[]> {
  const why = whyNoProjects();
  if (why !== undefined)
    return Promise.resolve([{ title: 'Listing', note: 'Not measured.', rows: [{ name: 'all', figure: why }] }]);
  const files = packerFiles(scale, 'tiny', ...new Set(LISTED.map(({ kind }) => kind)));
  const run: ListingRun = { files, bat: findBat(), runs };
  const startUp = measureInTurns(listing(run, 'tiny.blend'), Math.max(runs, 5));
  return Promise.resolve(LISTED.map((one) => tableOf(one, run, startUp)));
}
