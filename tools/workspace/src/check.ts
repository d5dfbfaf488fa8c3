// All that CI does, step by step: `pnpm check`. With `--after-tests`, the push tier's reports of an earlier `npm test` count.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { addUpReports, formatTotals, type TestTotals } from './test-report.ts';

interface Step {
  name: string;
  command: string[];
}

const root = path.resolve(import.meta.dirname, '../../..');
const reports = path.join(root, '.reports');
const afterTests = process.argv.includes('--after-tests');

const steps: Step[] = [
  { name: 'lint', command: ['pnpm', 'run', 'lint'] },
  { name: 'boundaries', command: ['pnpm', 'run', 'boundaries'] },
  { name: 'typecheck', command: ['pnpm', 'run', 'typecheck'] },
  { name: 'unused', command: ['pnpm', 'run', 'unused'] },
  { name: 'workflows', command: ['pnpm', 'run', 'workflows'] },
  { name: 'build', command: ['pnpm', 'run', 'build'] },
  { name: 'publint', command: ['pnpm', 'run', 'publint'] },
  ...(afterTests ? [] : [{ name: 'test', command: ['pnpm', 'run', 'test:push'] }]),
  { name: 'crash', command: ['pnpm', 'run', 'test:crash'] },
  { name: 'interop', command: ['pnpm', 'run', 'test:interop'] },
];

function runStep({ name, command }: Step): boolean {
  const started = Date.now();
  console.log(`\n=== ${name}: ${command.join(' ')}`);
  const [program = '', ...args] = command;
  const { status } = spawnSync(program, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  console.log(`=== ${name}: ${status === 0 ? 'ok' : 'FAILED'} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return status === 0;
}

function addUpAll(): TestTotals {
  const folders = ['unit+integration+e2e', 'crash', 'interop'].map((name) => path.join(reports, name));
  const each = folders.filter((folder) => existsSync(folder)).map((folder) => addUpReports(folder));
  return {
    passed: each.reduce((sum, { passed }) => sum + passed, 0),
    failed: each.reduce((sum, { failed }) => sum + failed, 0),
    skipped: each.reduce((sum, { skipped }) => sum + skipped, 0),
    skippedTitles: each.flatMap(({ skippedTitles }) => skippedTitles),
    failedTitles: each.flatMap(({ failedTitles }) => failedTitles),
  };
}

if (!afterTests) rmSync(reports, { recursive: true, force: true });
const failed = steps.filter((step) => !runStep(step)).map(({ name }) => name);
const totals = addUpAll();
if (failed.length > 0) console.log(`\nFailed: ${failed.join(', ')}`);
for (const title of totals.failedTitles) console.log(`Failed test: ${title}`);
if (totals.passed === 0) console.log('\nNo test ran: that is a failure.');
process.exitCode = failed.length === 0 && totals.failed === 0 && totals.passed > 0 ? 0 : 1;
console.log(formatTotals(totals));
