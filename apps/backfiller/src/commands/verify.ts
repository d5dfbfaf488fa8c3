import type { ConfigOf, Output } from '@waybill/cli-kit';
import { defineCommand, EXIT, formatBytes, formatCount, formatDuration, values } from '@waybill/cli-kit';
import { DirectoryLockedError } from '@waybill/common';
import type { Archive } from '../archive/archive.ts';
import { createFileArchive } from '../archive/file-archive.ts';
import { microsOf, parseBackfillStart } from '../backfill/pass/backfill-start.ts';
import { BACKFILL_OPTIONS } from '../config/backfill-options.ts';
import { checkNodeConfig } from '../config/check-config.ts';
import { ARCHIVE_OPTIONS, directoryName } from '../config/common-options.ts';
import { NODE_OPTIONS } from '../config/node-options.ts';
import type { BackfillConfig } from '../config/to-settings.ts';
import { VERIFY_OPTIONS } from '../config/verify-options.ts';
import { openEngine } from '../station/open-engine.ts';
import { hasNodes } from '../station/open-nodes.ts';
import { requireBaseDirectory } from '../station/base-directory.ts';
import { createContext } from '../station/program-context.ts';
import type { ProgramContext } from '../station/program-context.ts';
import { ownState, statePaths } from '../station/state-directory.ts';
import { refill } from '../verify/refill.ts';
import type { RefillReport } from '../verify/refill.ts';
import { verifyArchive } from '../verify/verify-archive.ts';
import type { VerifyReport } from '../verify/verify-report.ts';

const { downloadConcurrency, totalConcurrency, batchSize, maxBytesPerSecond, minFreeBytes, maxSegmentBytes } =
  BACKFILL_OPTIONS;
const REFILL_OPTIONS = {
  downloadConcurrency,
  totalConcurrency,
  batchSize,
  maxBytesPerSecond,
  minFreeBytes,
  maxSegmentBytes,
};
const OPTIONS = { ...ARCHIVE_OPTIONS, ...VERIFY_OPTIONS, ...NODE_OPTIONS, ...REFILL_OPTIONS };

type Config = ConfigOf<typeof OPTIONS> & { readonly channels: readonly string[] | undefined };

/** What a refill does not ask for has the values that change nothing. */
const REFILL_DEFAULTS: Omit<BackfillConfig, keyof typeof REFILL_OPTIONS> = {
  extras: [],
  start: undefined,
  deleteOld: false,
  runOnce: true,
  dryRun: false,
  recentCutoff: 0,
  live: 'never',
  interval: 0,
  maxExtraBytes: 0,
  maxTombstones: 0,
};

interface RefillInputs {
  readonly archive: Archive;
  readonly config: Config;
  readonly context: ProgramContext;
  readonly report: VerifyReport;
  readonly signal: AbortSignal;
  readonly output: Output;
}

/** Undefined where nothing is to be fetched, nobody is there to fetch it from, or a running program will do it. */
async function refillFromNodes({
  archive,
  config,
  context,
  report,
  signal,
  output,
}: RefillInputs): Promise<RefillReport | undefined> {
  const state = statePaths(config);
  if (report.setAside === 0 || !hasNodes(config, state)) return undefined;
  await using cleanup = new AsyncDisposableStack();
  try {
    cleanup.use(await ownState(state, { signal }));
  } catch (error) {
    if (!(error instanceof DirectoryLockedError)) throw error;
    output.info('A backfiller is running on this archive: it will fetch what was set aside.');
    return undefined;
  }
  const pairs = report.hoursToRefill.map((hour) => hour.split('/'));
  const channels = pairs.map(([channel = '']) => channel);
  const qualities = pairs.map(([, quality = '']) => quality);
  const opened = cleanup.use(
    openEngine({ config: { ...config, ...REFILL_DEFAULTS, channels, qualities }, context, archive, state }),
  );
  await opened.startNodes(signal);
  return await refill({ archive, engine: opened.engine, report, signal });
}

/** Of what was looked at. */
function allWell({ checked }: VerifyReport): string {
  return checked === 0 ? 'there was nothing to check' : 'everything is what its name says';
}

function formatVerification(report: VerifyReport, refilled: RefillReport | undefined): string {
  const { checked, bytes, seconds, counts, problems, listingErrors, setAside } = report;
  const lines = problems.map(
    (problem) =>
      `${problem.kind} ${problem.path}${problem.kind === 'corrupt' && problem.setAsideAs !== undefined ? ` -> ${problem.setAsideAs}` : ''}`,
  );
  const found = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${formatCount(count)} ${kind}`);
  const end = [found.length > 0 ? found.join(', ') : allWell(report)];
  if (listingErrors.length > 0) end.push(`${formatCount(listingErrors.length)} could not be looked at`);
  if (setAside > 0) end.push(`${formatCount(setAside)} set aside`);
  if (refilled !== undefined) end.push(`${formatCount(refilled.refilled)} fetched again`);
  const summary = `${formatCount(checked)} checked, ${formatBytes(bytes)} in ${formatDuration(seconds * 1000)}; ${end.join('; ')}`;
  return [...lines, ...listingErrors, summary, ''].join('\n');
}

/** All is well where nothing was wrong, or all that was wrong was corrupt and is here again. */
function isHealed({ finished, counts }: VerifyReport, refilled: RefillReport | undefined): boolean {
  return finished && counts.unreadable === 0 && refilled !== undefined && refilled.refilled === counts.corrupt;
}

export const verifyCommand = defineCommand({
  name: 'verify',
  description: 'Hash every segment again; report, and with --repair replace, what is not what its name says.',
  arguments: {
    channels: {
      schema: values.list(directoryName),
      variadic: true,
      optional: true,
      description: 'channels; default: all',
    },
  },
  options: OPTIONS,
  examples: [
    { command: 'verify --base-dir /data', description: 'look only; exit code 3 if anything is wrong' },
    {
      command: 'verify --base-dir /data --repair --static-nodes http://other:8000',
      description: 'set corrupt segments aside and fetch them again',
    },
  ],
  async run(signal, config, output) {
    checkNodeConfig(config);
    await requireBaseDirectory(config.baseDir);
    const context = createContext(config, output);
    const { channels, qualities, concurrency, repair } = config;
    await using cleanup = new AsyncDisposableStack();
    const archive = await createFileArchive({
      baseDirectory: config.baseDir,
      durability: config.durability,
      sweep: false,
      onError: (error) => context.logger.warn({ err: error }, 'Work on the archive in the background failed'),
    });
    cleanup.defer(() => archive.close());
    const progress = output.progress({ label: 'checked' });
    const nowMicros = Date.now() * 1000;
    const range = {
      startMicros: config.start === undefined ? undefined : microsOf(parseBackfillStart(config.start), nowMicros),
      endMicros: config.end === undefined ? undefined : microsOf(parseBackfillStart(config.end), nowMicros),
    };
    const onHour = (_path: string, { checked }: { checked: number }): void => progress.set(checked);
    const report = await verifyArchive({
      archive,
      channels,
      qualities,
      ...range,
      concurrency,
      setAside: repair,
      signal,
      progress: { onHour },
    }).finally(() => progress.end());
    const refilled = await refillFromNodes({ archive, config, context, report, signal, output });
    output.result({ ...report, refill: refilled ?? null }, () => formatVerification(report, refilled));
    signal.throwIfAborted();
    return report.ok || isHealed(report, refilled) ? EXIT.ok : EXIT.incomplete;
  },
});
