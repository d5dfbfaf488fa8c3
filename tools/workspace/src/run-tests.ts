// Runs vitest projects, each with a JSON report in .reports/, and says at the end what passed, failed and was skipped.
// `run-tests.ts [--tier=nightly] PROJECT… [FOLDER/…] [OPTION…]`: the tier may also come from WAYBILL_TEST_TIER, but Windows cannot set
// that in a script; an argument with a slash narrows the run to paths with it; options are vitest's.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { addUpReports, formatTotals, ranAny, reportEndedBadly } from './test-report.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const TIER = '--tier=';
const given = process.argv.slice(2);
const projects = given.filter((argument) => !argument.startsWith('-') && !argument.includes('/'));
const passedOn = given.filter((argument) => !projects.includes(argument) && !argument.startsWith(TIER));
const named = given.findLast((argument) => argument.startsWith(TIER))?.slice(TIER.length);
const tier = named ?? process.env['WAYBILL_TEST_TIER'] ?? 'push';
const folder = path.join(root, '.reports', projects.join('+'));

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const vitest = spawnSync(
  'vitest',
  [
    ...['run', ...projects.flatMap((project) => ['--project', project])],
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${path.join(folder, 'vitest.json')}`, ...passedOn],
  ],
  {
    ...{ cwd: root, stdio: 'inherit', shell: process.platform === 'win32' },
    env: { ...process.env, WAYBILL_TEST_TIER: tier },
  },
);

if (vitest.status !== 0 && addUpReports(folder).failed === 0) reportEndedBadly(folder, 'vitest', vitest.status);
const totals = addUpReports(folder);
if (totals.skippedTitles.length > 0)
  console.log(`Skipped:\n${totals.skippedTitles.map((title) => `  ${title}`).join('\n')}`);
console.log(`Tier ${tier}, ${projects.join(', ')}: ${formatTotals(totals)}`);
if (!ranAny(totals)) console.log('No test ran: that is a failure.');
process.exitCode = totals.failed === 0 && ranAny(totals) ? 0 : 1;
