import type { AbortOptions } from '@waybill/common';
import { seamMuxerArgs, seamVideoArgs } from '../ffmpeg/seam-args.ts';
import { inputUrl, runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import type { SegmentFacts } from '../mpeg-ts/segment-facts.ts';
import { TICKS_PER_SECOND } from '../mpeg-ts/ticks.ts';
import { fixTimestamps } from '../mpeg-ts/fix-timestamps.ts';
import type { CutPiece } from '../plan/cut-pieces.ts';
import type { CutStep } from '../plan/cut-plan.ts';
import type { CutSource } from '../segment-content.ts';
import { readSegment, segmentPath } from '../segment-content.ts';
import { usableFacts } from '../usable-facts.ts';
import { pieceParts } from './exact-parts.ts';

type TransitionStep = Extract<CutStep, { kind: 'transition' }>;

/** The end of one range turning into the start of the next, picture and sound. */
export async function* encodeTransition(
  source: CutSource,
  { transition, from, to }: TransitionStep,
  program: string,
  { signal }: AbortOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const [first] = from;
  if (first === undefined) return;
  const bytes = await readSegment(source, first.segment, { signal });
  const facts = usableFacts(bytes, segmentPath(source, first.segment));
  const side = (pieces: readonly CutPiece[]) => (stop: AbortSignal) =>
    fixTimestamps(pieceParts(source, pieces, program, { signal: stop }), { signal: stop });
  const args = [
    ...['-f', 'mpegts', '-i', inputUrl(0), '-f', 'mpegts', '-i', inputUrl(1)],
    ...filterArgs(facts, transition.name, transition.micros / 1_000_000),
    ...(facts.video === undefined ? [] : seamVideoArgs(facts)),
    ...['-c:a', 'aac', '-b:a', '160k', ...seamMuxerArgs(facts)],
  ];
  yield* runFfmpeg({ program, args, inputs: [side(from), side(to)], signal });
}

/**
 * xfade moves the last picture by one frame where its inputs end with the transition (seen with ffmpeg 5.1). So both go on for a
 * little, and what comes of it is cut to length: as many pictures as begin in that time.
 */
const GOES_ON = 'tpad=stop_mode=clone:stop=2';
/** So much (1 ms) before the end, so that rounding leaves no picture on the wrong side. */
const EARLY_SECONDS = 0.001;
/** Sound that is a frame shorter than the picture must not end the transition: it fades over a little less, and is cut to length. */
const SHORTER_SECONDS = 0.05;

function filterArgs({ video, audio, frameTicks }: SegmentFacts, name: string, seconds: number): string[] {
  const rate = `${TICKS_PER_SECOND.toString()}/${frameTicks.toString()}`;
  const picture = (index: number): string =>
    `[${index.toString()}:v:0]setpts=PTS-STARTPTS,fps=${rate},format=yuv420p,${GOES_ON},settb=AVTB[v${index.toString()}]`;
  const sound = (index: number): string => `[${index.toString()}:a:0]asetpts=PTS-STARTPTS[a${index.toString()}]`;
  const length = seconds.toString();
  const end = Math.max(seconds / 2, seconds - EARLY_SECONDS).toString();
  const fade = Math.max(seconds / 2, seconds - SHORTER_SECONDS).toString();
  const blend = `xfade=transition=${name}:duration=${length}:offset=0`;
  const graphs = [
    ...(video === undefined ? [] : [picture(0), picture(1), `[v0][v1]${blend},trim=end=${end},format=yuv420p[v]`]),
    ...(audio === undefined ? [] : [sound(0), sound(1), `[a0][a1]acrossfade=d=${fade},atrim=end=${length}[a]`]),
  ];
  const maps = [...(video === undefined ? [] : ['-map', '[v]']), ...(audio === undefined ? [] : ['-map', '[a]'])];
  return ['-filter_complex', graphs.join(';'), ...maps];
}
