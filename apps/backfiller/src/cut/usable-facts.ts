import type { AbortOptions } from '@waybill/common';
import { CutSegmentUnusableError } from './cut-errors.ts';
import { ENCODED_VIDEO } from './ffmpeg/seam-args.ts';
import type { Program } from './mpeg-ts/program-tables.ts';
import type { SegmentFacts } from './mpeg-ts/segment-facts.ts';
import { segmentFacts } from './mpeg-ts/segment-facts.ts';
import type { CutPiece } from './plan/cut-pieces.ts';
import type { CutSource } from './segment-content.ts';
import { readSegment, segmentPath } from './segment-content.ts';

/** Facts of a segment whose picture can be encoded so that it fits to its neighbours. Throws CutSegmentUnusableError. */
export function usableFacts(bytes: Uint8Array, path: string): SegmentFacts {
  const facts = segmentFacts(bytes);
  const problem = facts === undefined ? 'no program with timestamps is found in it' : pictureProblem(facts);
  if (facts !== undefined && problem === undefined) return facts;
  throw new CutSegmentUnusableError(
    path,
    `cannot be cut inside: ${problem ?? ''}; use type=rough, or cut where segments begin and end`,
  );
}

function pictureProblem({ program, video }: SegmentFacts): string | undefined {
  if (video === undefined) return hidesPicture(program) ? UNKNOWN_STREAM : undefined;
  if (ENCODED_VIDEO.has(video.type)) return undefined;
  return `its video is neither H.264 nor HEVC (stream type ${video.type.toString()})`;
}

const UNKNOWN_STREAM = 'it has a private stream that may be its picture (AV1 is sent so), of a kind that is not known';

/** A picture that nobody finds would be missing in silence. */
function hidesPicture({ streams }: Program): boolean {
  return streams.every(({ role }) => role !== 'video') && streams.some(({ isUnknown }) => isUnknown);
}

/** What is asked of a cut that is encoded as a whole, or put into another container. */
type Need = 'its streams' | 'its sound';

/** Of the first segments, those that were lost on the way tell nothing. */
const TRIED_SEGMENTS = 3;

/**
 * Looks at the first segment that tells what is in it, before ffmpeg does. Undefined where none of the first ones does.
 * Throws CutSegmentUnusableError, CutSegmentMissingError.
 */
export async function requireStreams(
  source: CutSource,
  pieces: readonly CutPiece[],
  need: Need,
  options: AbortOptions = {},
): Promise<SegmentFacts | undefined> {
  for (const { segment } of pieces.slice(0, TRIED_SEGMENTS)) {
    const facts = segmentFacts(await readSegment(source, segment, options));
    if (facts === undefined) continue;
    const path = segmentPath(source, segment);
    if (need === 'its sound' && facts.audio === undefined) throw new CutSegmentUnusableError(path, 'has no sound');
    if (need === 'its streams' && hidesPicture(facts.program))
      throw new CutSegmentUnusableError(path, `cannot be encoded or kept: ${UNKNOWN_STREAM}; use type=rough`);
    return facts;
  }
  return undefined;
}

/** Facts of a segment that has a picture, of whatever codec. Throws CutSegmentUnusableError. */
export function pictureFacts(bytes: Uint8Array, path: string): SegmentFacts {
  const facts = segmentFacts(bytes);
  if (facts?.video !== undefined) return facts;
  const hides = facts !== undefined && hidesPicture(facts.program);
  throw new CutSegmentUnusableError(path, hides ? `has no picture: ${UNKNOWN_STREAM}` : 'has no picture');
}
