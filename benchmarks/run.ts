// pnpm bench [SUITE …] [--runs N] [--scale F]: figures beside their floors and originals, in one run.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { backfillIdle } from './src/backfill-idle.ts';
import { backfillLag } from './src/backfill-lag.ts';
import { backfillTransfer } from './src/backfill-transfer.ts';
import { describeMachine } from './src/machine.ts';
import { RESULTS } from './src/paths.ts';
import { formatResultTable, type ResultTable } from './src/result-table.ts';
import { selection } from './src/selection.ts';
import { serving } from './src/serving.ts';

interface BenchOptions {
  readonly runs: number;
  /** Of the full counts; results of less than 1 are not kept. */
  readonly scale: number;
}

const SUITES: Readonly<Record<string, (options: BenchOptions) => Promise<ResultTable[]>>> = {
  transfer: backfillTransfer,
  idle: backfillIdle,
  selection,
  serving,
  lag: backfillLag,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '5' }, scale: { type: 'string', default: '1' } },
});
const options = { runs: Number(values.runs), scale: Number(values.scale) };
const wanted = positionals.filter((name) => name !== 'backfill');
const names = wanted.length === 0 ? Object.keys(SUITES) : wanted;

const machine = describeMachine();
const parts = [`# Backfiller`, '', machine, ''];
console.log(machine);
for (const name of names) {
  const suite = SUITES[name];
  if (suite === undefined) throw new RangeError(`no suite ${name}: there are ${Object.keys(SUITES).join(', ')}`);
  for (const table of await suite(options)) {
    const text = formatResultTable(table);
    console.log(`\n${text}`);
    parts.push(text);
  }
}
if (options.scale === 1) {
  mkdirSync(RESULTS, { recursive: true });
  const file = path.join(RESULTS, `backfiller${wanted.length === 0 ? '' : `-${wanted.join('-')}`}.md`);
  writeFileSync(file, `${parts.join('\n').trimEnd()}\n`);
  console.log(`written: ${path.relative(process.cwd(), file)}`);
}
