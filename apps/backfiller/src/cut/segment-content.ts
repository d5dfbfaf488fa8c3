import type { AbortOptions } from '@waybill/common';
import type { SelectedSegment } from '@waybill/segments';
import type { Archive } from '../archive/archive.ts';
import { CutSegmentMissingError, CutSegmentUnusableError } from './cut-errors.ts';

/** Where the segments of a cut are. */
export interface CutSource {
  readonly archive: Pick<Archive, 'open'>;
  readonly channel: string;
  readonly quality: string;
}

/** Half a minute at 15 Mbit/s: a segment in which is cut is held as a whole. */
const LARGEST_CUT_BYTES = 64 * 1024 * 1024;

/** For logs and errors: below the base directory. */
export function segmentPath({ channel, quality }: CutSource, { hour, name }: SelectedSegment): string {
  return `${channel}/${quality}/${hour}/${name}`;
}

/** The bytes of a segment, which is opened when the first of them is asked for. Throws CutSegmentMissingError. */
export async function* segmentContent(
  source: CutSource,
  segment: SelectedSegment,
  options: AbortOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { archive, channel, quality } = source;
  const { hour, name } = segment;
  const content = await archive.open({ channel, quality, hour, name }, options);
  if (content === undefined) throw new CutSegmentMissingError(segmentPath(source, segment));
  yield* content.stream();
}

/** The whole of it. Throws CutSegmentMissingError, CutSegmentUnusableError. */
export async function readSegment(
  source: CutSource,
  segment: SelectedSegment,
  options: AbortOptions = {},
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of segmentContent(source, segment, options)) {
    sizeBytes += piece.length;
    if (sizeBytes > LARGEST_CUT_BYTES)
      throw new CutSegmentUnusableError(
        segmentPath(source, segment),
        'is larger than 64 MiB, too large for anything but type=rough',
      );
    pieces.push(piece);
  }
  return Buffer.concat(pieces, sizeBytes);
}
