/**
 * What a segment's name says of its content.
 * full: complete · suspect: fetched to its end, but something was odd · partial: the fetch broke off · temp: being written.
 */
export type SegmentType = 'full' | 'suspect' | 'partial' | 'temp';

/** Types of segments that are there to stay. */
export type StoredSegmentType = Exclude<SegmentType, 'temp'>;

const TYPES: readonly SegmentType[] = ['full', 'suspect', 'partial', 'temp'];

export function isSegmentType(text: string): text is SegmentType {
  return segmentTypeAt(text, 0, text.length) !== undefined;
}

/** The type that the text from `start` to `end` names, without a string of its own for each name that is read. */
export function segmentTypeAt(text: string, start: number, end: number): SegmentType | undefined {
  return TYPES.find((type) => type.length === end - start && text.startsWith(type, start));
}
