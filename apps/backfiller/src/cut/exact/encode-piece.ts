import type { AbortOptions } from '@waybill/common';
import { seamMuxerArgs, seamVideoArgs } from '../ffmpeg/seam-args.ts';
import { inputUrl, runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import type { SegmentFacts } from '../mpeg-ts/segment-facts.ts';
import { shiftTimestamps } from '../mpeg-ts/shift-timestamps.ts';
import { microsOfTicks, ticksOfMicros } from '../mpeg-ts/ticks.ts';
import { onePiece } from '../one-piece.ts';
import type { CutPiece } from '../plan/cut-pieces.ts';
import type { CutSource } from '../segment-content.ts';
import { readSegment, segmentPath } from '../segment-content.ts';
import { usableFacts } from '../usable-facts.ts';

/** ffmpeg is shown the first picture at 10 s: far from the wrap of the timestamps, and no stream begins below 0. */
const SHOWN_TICKS = 900_000;
/** Cuts lie so much (1 ms) before the times that they mean, so that rounding leaves no frame on the wrong side. */
const EARLY_TICKS = 90;
/** ffmpeg takes times in micros; these are multiples of whole ones. */
const EXACT_TICKS = 9;

/**
 * The wanted part of a segment, with the timestamps that it has in the segment. The picture is encoded, the sound copied in
 * whole frames, so that nothing is heard at the seam. Throws CutSegmentUnusableError, and what runFfmpeg throws.
 */
export async function* encodePiece(
  source: CutSource,
  piece: CutPiece,
  program: string,
  { signal }: AbortOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { segment, skipMicros, untilMicros } = piece;
  const bytes = await readSegment(source, segment, { signal });
  const facts = usableFacts(bytes, segmentPath(source, segment));
  const shown = SHOWN_TICKS - facts.firstPts;
  const fromTicks = skipMicros === 0 ? undefined : cutTicks(skipMicros);
  const untilTicks = untilMicros === undefined ? undefined : cutTicks(untilMicros);
  const encoded = runFfmpeg({
    program,
    args: pieceArgs(facts, fromTicks, untilTicks),
    inputs: [() => shiftTimestamps(onePiece(bytes), shown, segment.name)],
    signal,
  });
  // With -ss, ffmpeg counts from there.
  yield* shiftTimestamps(encoded, (fromTicks ?? 0) - shown);
}

/** -ss and -t bound the packets of the sound. The picture needs `trim` as well: -t would count from its first frame. */
function pieceArgs(facts: SegmentFacts, fromTicks: number | undefined, untilTicks: number | undefined): string[] {
  const start = fromTicks === undefined ? [] : ['-ss', secondsText(fromTicks)];
  const duration = untilTicks === undefined ? [] : ['-t', secondsText(untilTicks - (fromTicks ?? 0))];
  const bounds = [
    ...(fromTicks === undefined ? [] : [`start=${secondsText(fromTicks)}`]),
    ...(untilTicks === undefined ? [] : [`end=${secondsText(untilTicks)}`]),
  ];
  return [
    ...['-copyts', '-f', 'mpegts', '-i', inputUrl(0), '-map', '0:v:0?', '-map', '0:a:0?', ...start, ...duration],
    ...(facts.video === undefined ? [] : ['-vf', `trim=${bounds.join(':')}`, ...seamVideoArgs(facts)]),
    ...['-c:a', 'copy', '-mpegts_copyts', '1', ...seamMuxerArgs(facts)],
  ];
}

function cutTicks(micros: number): number {
  const ticks = SHOWN_TICKS + ticksOfMicros(micros) - EARLY_TICKS;
  return ticks - (ticks % EXACT_TICKS);
}

function secondsText(ticks: number): string {
  return (Math.round(microsOfTicks(ticks)) / 1_000_000).toFixed(6);
}
