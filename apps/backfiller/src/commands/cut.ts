import type { ConfigOf, Output } from '@waybill/cli-kit';
import { defineCommand, EXIT, formatBytes, UsageInvalidError, WorkIncompleteError } from '@waybill/cli-kit';
import type { Archive } from '../archive/archive.ts';
import { createFileArchive } from '../archive/file-archive.ts';
import { CutEmptyError, CutIncompleteError } from '../cut/cut-errors.ts';
import { requireFfmpeg } from '../cut/ffmpeg/require-ffmpeg.ts';
import { planRequest } from '../cut/plan-request.ts';
import type { CutRange, CutRequest, Transition } from '../cut/plan/cut-request.ts';
import { parseTransition } from '../cut/plan/transitions.ts';
import { parseCutType, parseRange } from '../cut/serve/parse-cut-query.ts';
import { needsFfmpeg } from '../cut/start-cut.ts';
import type { WrittenCut } from '../cut/write-cut.ts';
import { writeCut } from '../cut/write-cut.ts';
import { ARCHIVE_OPTIONS, directoryName } from '../config/common-options.ts';
import { CUT_OPTIONS, FFMPEG_OPTION } from '../config/cut-options.ts';
import { HourSequences } from '../serve/hour-sequences.ts';
import { rangeOfQuery } from '../serve/range-of-query.ts';
import { requireBaseDirectory } from '../station/base-directory.ts';
import { createContext } from '../station/program-context.ts';

const OPTIONS = { ...ARCHIVE_OPTIONS, ...CUT_OPTIONS, ...FFMPEG_OPTION };

const HOLES_REMEDY = 'The command coverage lists them, backfill fills them, --allow-holes leaves them out.';

type Config = ConfigOf<typeof OPTIONS> & { readonly channel: string; readonly quality: string };

/** A flag that is given again comes as one list with those before: START,END,START,END. Throws UsageInvalidError. */
function rangesOf(times: readonly string[]): CutRange[] {
  if (times.length % 2 !== 0) throw new UsageInvalidError('--range: expected START,END');
  return Array.from({ length: times.length / 2 }, (_, index) => {
    return parseRange(times.slice(2 * index, 2 * index + 2).join(','));
  });
}

/** TYPE,SECONDS and `cut`, in any order. Throws CutInvalidError. */
function transitionsOf([word, seconds, ...more]: readonly string[]): (Transition | null)[] {
  if (word === undefined) return [];
  if (word === 'cut') return [null, ...transitionsOf([seconds, ...more].filter((text) => text !== undefined))];
  return [parseTransition(`${word},${seconds ?? ''}`), ...transitionsOf(more)];
}

/** Throws UsageInvalidError. */
function requestOf(config: Config, existing: readonly string[]): CutRequest {
  const { channel, quality, start, end, allowHoles } = config;
  if (config.range.length > 0 && (start !== undefined || end !== undefined))
    throw new UsageInvalidError('--range stands in place of --start and --end: leave one of them out');
  const whole = rangeOfQuery({ start, end }, existing, 1);
  const ranges = config.range.length > 0 ? rangesOf(config.range) : whole === undefined ? [] : [whole];
  if (ranges.length === 0) throw new CutEmptyError();
  const transitions = transitionsOf(config.transition);
  return { channel, quality, type: parseCutType(config.type), ranges, transitions, allowHoles };
}

/** A name that is mistyped would else be taken for one big hole. Throws UsageInvalidError. */
async function requireQuality(archive: Archive, { baseDir, channel, quality }: Config): Promise<void> {
  const channels = await archive.listChannels();
  if (!channels.includes(channel))
    throw new UsageInvalidError(`there is no channel ${channel} in ${baseDir}; there are: ${channels.join(', ')}`);
  const qualities = (await archive.listQualities(channel)).filter((name) => name !== 'chat');
  if (!qualities.includes(quality))
    throw new UsageInvalidError(`there is no quality ${quality} of ${channel}; there are: ${qualities.join(', ')}`);
}

async function cut(signal: AbortSignal, config: Config, output: Output): Promise<WrittenCut[]> {
  const { logger } = createContext(config, output);
  await using cleanup = new AsyncDisposableStack();
  const archive = await createFileArchive({
    ...{ baseDirectory: config.baseDir, durability: config.durability, sweep: false },
    onError: (error) => logger.warn({ err: error }, 'Work on the archive in the background failed'),
  });
  cleanup.defer(() => archive.close());
  const { channel, quality, ffmpeg, durability } = config;
  await requireQuality(archive, config);
  const existing = await archive.listHours(channel, quality);
  const plan = await planRequest(new HourSequences(archive), existing, requestOf(config, existing));
  if (needsFfmpeg(plan)) await requireFfmpeg(ffmpeg, { signal });
  return await writeCut({ archive, channel, quality }, plan, { ffmpeg, durability, path: config.output, signal });
}

function formatWritten(written: readonly WrittenCut[]): string {
  return written.map(({ path, sizeBytes }) => `${path}: ${formatBytes(sizeBytes)}\n`).join('');
}

export const cutCommand = defineCommand({
  name: 'cut',
  description: 'Write a video of one or several ranges to a file.',
  arguments: {
    channel: { schema: directoryName, description: 'the channel' },
    quality: { schema: directoryName, description: 'the quality' },
  },
  options: OPTIONS,
  examples: [
    {
      command: 'cut mychannel source --start 2026-05-01T12:00:10.5 --end 2026-05-01T12:03:00 -o clip.ts',
      description: 'exact to the frame; only what is cut inside is encoded',
    },
    {
      command:
        'cut mychannel source --range 2026-05-01T12:00,2026-05-01T12:01 --range 2026-05-01T13:00,2026-05-01T13:01 --transition fade,1 --type webm -o both.webm',
      description: 'two ranges, one turning into the other',
    },
    {
      command:
        'cut mychannel source --start 2026-05-01T12:00 --end 2026-05-01T14:00 --type archive --allow-holes -o show.mkv',
      description: 'what is there, without encoding; a file for each run without holes',
    },
  ],
  async run(signal, config, output) {
    await requireBaseDirectory(config.baseDir);
    try {
      const written = await cut(signal, config, output);
      const report = { files: written };
      if (config.output === '-') output.info(output.json ? JSON.stringify(report) : formatWritten(written).trim());
      else output.result(report, () => formatWritten(written));
      return EXIT.ok;
    } catch (error) {
      if (error instanceof CutIncompleteError) throw new WorkIncompleteError(`${error.message} ${HOLES_REMEDY}`);
      if (error instanceof CutEmptyError) throw new WorkIncompleteError(error.message);
      throw error;
    }
  },
});
