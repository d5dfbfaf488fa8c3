/**
 * What a segment's name says of its content.
 * full: complete · suspect: fetched to its end, but something was odd · partial: the fetch broke off · temp: being written.
 */
export type SegmentType = 'full' | 'suspect' | 'partial' | 'temp';

/** Types of segments that are there to stay. */
export type StoredSegmentType = Exclude<SegmentType, 'temp'>;

const TYPES: ReadonlySet<string> = new Set<SegmentType>(['full', 'suspect', 'partial', 'temp']);

export function isSegmentType(text: string): text is SegmentType {
  return TYPES.has(text);
}
