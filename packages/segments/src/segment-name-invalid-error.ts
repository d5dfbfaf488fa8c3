/** The name does not follow the grammar (docs/formats/segments.md). */
export class SegmentNameInvalidError extends Error {
  readonly code = 'ERR_SEGMENT_NAME_INVALID';
  readonly retryable = false;
  /** The name or path, as it was given. */
  readonly segmentName: string;

  constructor(segmentName: string, problem: string) {
    // Names come from other machines: the message shows a short, quoted part.
    super(`Not a segment name (${problem}): ${JSON.stringify(segmentName.slice(0, 300))}`);
    this.name = 'SegmentNameInvalidError';
    this.segmentName = segmentName;
  }
}
