import type { AbortOptions } from '@waybill/common';
import { smartCut } from '../exact/exact-cut.ts';
import type { FfmpegInput } from '../ffmpeg/run-ffmpeg.ts';
import { inputUrl, runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import { fixTimestamps } from '../mpeg-ts/fix-timestamps.ts';
import { AAC_ADTS } from '../mpeg-ts/program-tables.ts';
import type { SegmentFacts } from '../mpeg-ts/segment-facts.ts';
import type { CutRun } from '../plan/cut-pieces.ts';
import type { CutPlan } from '../plan/cut-plan.ts';
import type { CutSource } from '../segment-content.ts';
import { requireStreams } from '../usable-facts.ts';
import { wholeParts } from './rough-cut.ts';

/** Every frame of an exact cut keeps its time. */
const FROM_SMART_CUT = [
  '-f',
  'mpegts',
  '-i',
  inputUrl(0),
  '-map',
  '0:v:0?',
  '-map',
  '0:a?',
  '-fps_mode',
  'passthrough',
];

/** Of spec section 1.2: lossless, and as quick as x264 can be; large. */
const MPEGTS_ARGS = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '0', '-c:a', 'aac', '-f', 'mpegts', 'pipe:1'];

/** As fast as libvpx encodes: it is meant to be watched while it is made. */
const WEBM_VIDEO_ARGS = ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-row-mt', '1', '-b:v', '2M'];
const WEBM_ARGS = [...WEBM_VIDEO_ARGS, '-c:a', 'libopus', '-b:a', '128k', '-f', 'webm', 'pipe:1'];

type EncodedType = 'mpegts' | 'webm';

/** An exact cut, encoded as a whole. Throws CutSegmentUnusableError. */
export async function* encodedCut(
  source: CutSource,
  plan: CutPlan,
  type: EncodedType,
  program: string,
  { signal }: AbortOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  await requireStreams(source, plan.runs.flat(), 'its streams', { signal });
  const length = type === 'webm' ? lengthArgs(plan.lengthMicros) : [];
  yield* runFfmpeg({
    program,
    args: [...FROM_SMART_CUT, ...length, ...(type === 'webm' ? WEBM_ARGS : MPEGTS_ARGS)],
    inputs: [(stop) => smartCut(source, plan, program, { signal: stop })],
    signal,
  });
}

/** Matroska begins with what AAC in MPEG-TS says only in its frames. Fragmented MP4 waits for them, and passes it on. */
function asMp4(facts: SegmentFacts | undefined): string[] {
  return [
    ...['-f', 'mpegts', '-i', inputUrl(0), '-map', '0:v?', '-map', '0:a?', '-c', 'copy'],
    ...(facts?.audio?.type === AAC_ADTS ? ['-bsf:a', 'aac_adtstoasc'] : []),
    ...['-movflags', '+frag_keyframe+delay_moov+default_base_moof', '-f', 'mp4', 'pipe:1'],
  ];
}

/** The whole segments of one run, without encoding, as Matroska: to be kept. Throws CutSegmentUnusableError. */
export async function* archiveCut(
  source: CutSource,
  run: CutRun,
  program: string,
  { signal }: AbortOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const facts = await requireStreams(source, run, 'its streams', { signal });
  const recorded: FfmpegInput = (stop) => fixTimestamps(wholeParts(source, [run], { signal: stop }), { signal: stop });
  const length = lengthArgs(run.reduce((sum, { segment }) => sum + segment.durationMicros, 0));
  yield* runFfmpeg({
    program,
    args: ['-f', 'mp4', '-i', inputUrl(0), '-map', '0', '-c', 'copy', ...length, '-f', 'matroska', 'pipe:1'],
    inputs: [(stop) => runFfmpeg({ program, args: asMp4(facts), inputs: [recorded], signal: stop })],
    signal,
  });
}

/** A pipe cannot be gone back on to fill in the length, so that it is told before. */
function lengthArgs(micros: number): string[] {
  const seconds = Math.floor(micros / 1_000_000);
  const two = (value: number): string => value.toString().padStart(2, '0');
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':');
  return ['-metadata', `DURATION=${clock}.${(micros % 1_000_000).toString().padStart(6, '0')}000`];
}
