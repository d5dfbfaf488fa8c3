// pnpm bench [PROGRAM] [SUITE …] [--runs N] [--scale F]: figures beside their floors and originals, in one run.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { backfillCoverage } from './src/backfill-coverage.ts';
import { backfillIdle } from './src/backfill-idle.ts';
import { backfillLag } from './src/backfill-lag.ts';
import { backfillTransfer } from './src/backfill-transfer.ts';
import { carExport } from './src/car-export.ts';
import { carGrowth } from './src/car-growth.ts';
import { carLmdb } from './src/car-lmdb.ts';
import { describeMachine } from './src/machine.ts';
import { packerListing } from './src/packer-listing.ts';
import { packerPacking } from './src/packer-packing.ts';
import { packerResubmission } from './src/packer-resubmission.ts';
import { packerStartUp } from './src/packer-start-up.ts';
import { RESULTS } from './src/paths.ts';
import { formatResultTable, type ResultTable } from './src/result-table.ts';
import { selection } from './src/selection.ts';
import { serving } from './src/serving.ts';
import { shamanCheckouts } from './src/shaman-checkouts.ts';
import { shamanLargeFile } from './src/shaman-large-file.ts';
import { shamanRequirements } from './src/shaman-requirements.ts';
import { shamanStartUp } from './src/shaman-start-up.ts';
import { shamanUploads } from './src/shaman-uploads.ts';

interface BenchOptions {
  readonly runs: number;
  /** Of the full counts; results of less than 1 are not kept. */
  readonly scale: number;
}

interface Program {
  readonly title: string;
  readonly file: string;
  readonly suites: Readonly<Record<string, (options: BenchOptions) => Promise<ResultTable[]>>>;
}

const PROGRAMS: Readonly<Record<string, Program>> = {
  backfill: {
    title: 'Backfiller',
    file: 'backfiller',
    suites: {
      transfer: backfillTransfer,
      idle: backfillIdle,
      selection,
      serving,
      lag: backfillLag,
      coverage: backfillCoverage,
    },
  },
  car: {
    title: 'CAR exporter',
    file: 'car-exporter',
    suites: { export: carExport, lmdb: carLmdb, growth: carGrowth },
  },
  packer: {
    title: 'Packer',
    file: 'packer',
    suites: {
      listing: packerListing,
      packing: packerPacking,
      resubmission: packerResubmission,
      'start-up': packerStartUp,
    },
  },
  shaman: {
    title: 'Shaman server',
    file: 'shaman-server',
    suites: {
      uploads: shamanUploads,
      'large-file': shamanLargeFile,
      requirements: shamanRequirements,
      checkouts: shamanCheckouts,
      'start-up': shamanStartUp,
    },
  },
};

async function runProgram({ title, file, suites }: Program, wanted: readonly string[]): Promise<void> {
  const parts = [`# ${title}`, '', machine, ''];
  for (const name of wanted.length === 0 ? Object.keys(suites) : wanted) {
    const suite = suites[name];
    if (suite === undefined) throw new RangeError(`no suite ${name}: there are ${Object.keys(suites).join(', ')}`);
    for (const table of await suite(options)) {
      const text = formatResultTable(table);
      console.log(`\n${text}`);
      parts.push(text);
    }
  }
  if (options.scale !== 1) return;
  mkdirSync(RESULTS, { recursive: true });
  const target = path.join(RESULTS, `${[file, ...wanted].join('-')}.md`);
  writeFileSync(target, `${parts.join('\n').trimEnd()}\n`);
  console.log(`written: ${path.relative(process.cwd(), target)}`);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '5' }, scale: { type: 'string', default: '1' } },
});
const options = { runs: Number(values.runs), scale: Number(values.scale) };
const machine = describeMachine();
console.log(machine);

const [first = ''] = positionals;
const program = PROGRAMS[first];
if (program !== undefined) await runProgram(program, positionals.slice(1));
else if (first === '') for (const each of Object.values(PROGRAMS)) await runProgram(each, []);
else throw new RangeError(`no program ${first}: there are ${Object.keys(PROGRAMS).join(', ')}`);
