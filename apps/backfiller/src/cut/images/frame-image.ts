import type { AbortOptions } from '@waybill/common';
import type { SelectedSegment, Sequence } from '@waybill/segments';
import { inputUrl, runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import { shiftTimestamps } from '../mpeg-ts/shift-timestamps.ts';
import { microsOfTicks, ticksOfMicros } from '../mpeg-ts/ticks.ts';
import type { CutSource } from '../segment-content.ts';
import { readSegment, segmentPath } from '../segment-content.ts';
import { onePiece } from '../one-piece.ts';
import { pictureFacts } from '../usable-facts.ts';

/** As in encode-piece.ts: the first picture is shown at 10 s. */
const SHOWN_TICKS = 900_000;

/** The segment that plays at a time, or else the one next to it. Undefined where there is none. */
export function segmentAt(sequence: Sequence, micros: number): SelectedSegment | undefined {
  const segments = sequence.filter((item): item is SelectedSegment => item !== null && item.durationMicros > 0);
  const distance = ({ startMicros, endMicros }: SelectedSegment): number =>
    Math.max(0, startMicros - micros, micros - endMicros + 1);
  return segments.toSorted((a, b) => distance(a) - distance(b))[0];
}

/** The picture that is shown at a time, as PNG; nothing where the segment breaks off before it. */
export async function* frameImage(
  source: CutSource,
  segment: SelectedSegment,
  micros: number,
  program: string,
  { signal }: AbortOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const bytes = await readSegment(source, segment, { signal });
  const facts = pictureFacts(bytes, segmentPath(source, segment));
  const inside = Math.min(Math.max(0, micros - segment.startMicros), segment.durationMicros);
  // A picture stays until the next one: the first that begins later than one frame before.
  const last = ticksOfMicros(segment.durationMicros) - facts.frameTicks;
  const from = Math.min(ticksOfMicros(inside), last) - facts.frameTicks + 90;
  const start = (microsOfTicks(SHOWN_TICKS + from) / 1_000_000).toFixed(6);
  yield* runFfmpeg({
    program,
    args: [
      ...['-copyts', '-f', 'mpegts', '-i', inputUrl(0), '-map', '0:v:0', '-vf', `trim=start=${start}`],
      ...['-frames:v', '1', '-c:v', 'png', '-f', 'image2pipe', 'pipe:1'],
    ],
    inputs: [() => shiftTimestamps(onePiece(bytes), SHOWN_TICKS - facts.firstPts, segment.name)],
    signal,
  });
}
