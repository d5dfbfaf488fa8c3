import path from 'node:path';
import {
  type ProgramResult,
  runProgram,
  type SkippableTest,
  temporaryDirectory,
  type TemporaryDirectory,
} from '@waybill/test-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resultOf, runCli } from '../support/run-cli.ts';
import { writeChain } from '../support/write-chain.ts';

/** An hour's work for a compiler, so that .ci/run does not install it: docs/testing.md says how to. */
const FOREST_TOOL = process.env['WAYBILL_FOREST_TOOL'] ?? 'forest-tool';
/** Forest and we refuse depths below 900 epochs. */
const HEAD = 940;

let place: TemporaryDirectory;
let source = '';
const inPlace = (name: string): string => path.join(place.path, name);

beforeAll(async () => {
  place = await temporaryDirectory();
  source = inPlace('chain.car');
  await writeChain(source, {
    ...{ seed: 900, epochs: HEAD, blocksPerTipset: 2, messagesPerBlock: 1 },
    // Forest's decoder refuses blocks that are nested as deep as some of the odd ones.
    ...{ stateBlocksPerEpoch: 6, stateActors: 40, oddActorChance: 0 },
  });
});

afterAll(async () => await place[Symbol.asyncDispose]());

/** Runs it to its end, which has to be a good one; skips the test where it is not here. */
async function forestTool(context: SkippableTest, ...args: string[]): Promise<ProgramResult> {
  const run = await runProgram(FOREST_TOOL, args, { cwd: place.path, timeoutMs: 240_000 });
  if (run === undefined) return context.skip(`${FOREST_TOOL} is not here (docs/testing.md)`);
  expect(run.code, `${run.stdout}${run.stderr}`).toBe(0);
  return run;
}

/** A line of its report. */
function numberOf(report: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)$`, 'm').exec(report)?.[1]);
}

async function exported(...args: string[]): Promise<void> {
  const run = await runCli(['export', '--from', source, '--force', ...args]);
  expect(run.code, run.stderr).toBe(0);
}

describe('Forest reads what is exported', () => {
  test.for([
    ['range.car', ['--ignore-forest-index']],
    ['range.car.zst', ['--ignore-forest-index']],
    ['range.forest.car.zst', []],
  ] as const)(
    '%s: every hash is right, and every block is in the index, if there is one',
    async ([name, flags], context) => {
      await exported('--depth', String(HEAD), '-o', inPlace(name));
      await forestTool(context, 'car', 'validate', ...flags, inPlace(name));
    },
  );

  test.for(['linked.car', 'linked.car.zst', 'linked.forest.car.zst'])(
    '%s: its head, and all links of 900 epochs',
    async (name, context) => {
      await exported('--depth', '900', '-o', inPlace(name));
      const checks = ['--check-links', '900', '--check-stateroots', '0'];
      await forestTool(context, 'snapshot', 'validate', ...checks, inPlace(name));
      const { stdout } = await forestTool(context, 'archive', 'info', inPlace(name));
      expect(numberOf(stdout, 'Epoch')).toBe(HEAD);
      // Where Forest cannot read a header, the chain ends for it there, and all else is said to be valid.
      for (const part of ['State-roots', 'Messages sets']) expect(numberOf(stdout, part)).toBeGreaterThanOrEqual(900);
    },
  );
});

describe('an archive export of Forest', () => {
  test.for([
    ['all', ['--depth', String(HEAD)], ['--depth', String(HEAD)]],
    ['900 epochs', ['--depth', '900'], ['--depth', '900']],
    ['an older head', ['--epoch', '930', '--depth', '905'], ['--tipset', '@930', '--depth', '905']],
    // Above the depth: below it, Forest passes over what hangs on headers that the other export has (docs/formats/car-export.md).
    [
      'a difference',
      ['--depth', '900', '--diff', '40', '--diff-depth', '20'],
      ['--depth', '900', '--diff', '@40', '--diff-depth', '20'],
    ],
    ['a difference to all before', ['--depth', '900', '--diff', '40'], ['--depth', '900', '--diff', '@40']],
  ] as const)('of %s has the blocks of ours', async ([, theirFlags, ourFlags], context) => {
    const [theirs, ours] = [inPlace('theirs.forest.car.zst'), inPlace('ours.forest.car.zst')];
    await forestTool(context, 'archive', 'export', ...theirFlags, '--force', '--output-path', theirs, source);
    await exported(...ourFlags, '-o', ours);
    const compared = await runCli(['diff', theirs, ours, '--json']);
    const none = { blocks: 0, sizeBytes: 0 };
    expect(resultOf(compared)).toMatchObject({ onlyInFirst: none, onlyInSecond: none, sameRoots: true });
    expect(compared.code).toBe(0);
  });
});
