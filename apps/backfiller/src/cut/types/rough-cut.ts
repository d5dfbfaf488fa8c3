import type { AbortOptions } from '@waybill/common';
import type { TsPart } from '../mpeg-ts/fix-timestamps.ts';
import type { CutRun } from '../plan/cut-pieces.ts';
import type { CutSource } from '../segment-content.ts';
import { segmentContent, segmentPath } from '../segment-content.ts';

/** Whole segments, as they are: both ends may be exceeded by nearly a segment. */
export async function* roughCut(
  source: CutSource,
  runs: readonly CutRun[],
  options: AbortOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const { content } of wholeParts(source, runs, options)) yield* content;
}

/** Whole segments, one part each. */
export async function* wholeParts(
  source: CutSource,
  runs: readonly CutRun[],
  options: AbortOptions = {},
): AsyncGenerator<TsPart, void, undefined> {
  for (const { segment } of runs.flat()) {
    await Promise.resolve();
    yield { content: segmentContent(source, segment, options), name: segmentPath(source, segment) };
  }
}
