import type { AbortOptions } from '@waybill/common';
import { inputUrl, runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import type { TsPart } from '../mpeg-ts/fix-timestamps.ts';
import { fixTimestamps } from '../mpeg-ts/fix-timestamps.ts';
import { ticksOfMicros } from '../mpeg-ts/ticks.ts';
import type { CutRun } from '../plan/cut-pieces.ts';
import type { CutRange } from '../plan/cut-request.ts';
import type { CutSource } from '../segment-content.ts';
import { segmentContent, segmentPath } from '../segment-content.ts';
import { requireStreams } from '../usable-facts.ts';

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** The sound of a range as PNG: time from left to right, a hole is silence. Throws CutSegmentUnusableError where there is none. */
export async function* waveformImage(
  source: CutSource,
  runs: readonly CutRun[],
  range: CutRange,
  { width, height }: ImageSize,
  program: string,
  { signal }: AbortOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  await requireStreams(source, runs.flat(), 'its sound', { signal });
  const first = runs[0]?.[0]?.segment.startMicros ?? range.startMicros;
  const originMicros = Math.min(first, range.startMicros);
  const start = seconds(range.startMicros - originMicros);
  const length = seconds(range.endMicros - range.startMicros);
  const graph = [
    // Fills what is missing between frames, and before the first one, with silence.
    '[0:a:0]aformat=channel_layouts=mono,aresample=async=1:first_pts=0',
    `atrim=start=${start}:duration=${length},asetpts=PTS-STARTPTS,apad=whole_dur=${length}`,
    `showwavespic=s=${width.toString()}x${height.toString()}:colors=white`,
  ];
  yield* runFfmpeg({
    program,
    args: [
      ...['-copyts', '-f', 'mpegts', '-i', inputUrl(0), '-filter_complex', graph.join(',')],
      ...['-frames:v', '1', '-c:v', 'png', '-f', 'image2pipe', 'pipe:1'],
    ],
    inputs: [(stop) => fixTimestamps(placedParts(source, runs, originMicros, { signal: stop }), { signal: stop })],
    signal,
  });
}

/** Whole segments; the first of each run where it belongs. */
async function* placedParts(
  source: CutSource,
  runs: readonly CutRun[],
  originMicros: number,
  options: AbortOptions,
): AsyncGenerator<TsPart, void, undefined> {
  for (const run of runs) {
    for (const [index, { segment }] of run.entries()) {
      await Promise.resolve();
      const content = segmentContent(source, segment, options);
      const atTicks = index === 0 ? ticksOfMicros(segment.startMicros - originMicros) : undefined;
      yield { content, name: segmentPath(source, segment), atTicks };
    }
  }
}

function seconds(micros: number): string {
  return (micros / 1_000_000).toFixed(6);
}
