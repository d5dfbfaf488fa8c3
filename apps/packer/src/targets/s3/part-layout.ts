/** S3 takes parts from 5 MiB on, and at most 10,000 of them. */
const SMALLEST_PART_BYTES = 8 * 1024 * 1024;
const MOST_PARTS = 10_000;
const MEBIBYTE = 1024 * 1024;

/**
 * How a content is cut into parts. It follows from its length alone, so that the next run cuts it alike: parts that are there
 * already fit, and the ETag of the whole can be computed here.
 */
export function partBytesOf(sizeBytes: number): number {
  return Math.max(SMALLEST_PART_BYTES, Math.ceil(sizeBytes / MOST_PARTS / MEBIBYTE) * MEBIBYTE);
}

/** A content of up to one part goes as one request. */
export function isSingle(sizeBytes: number): boolean {
  return sizeBytes <= partBytesOf(sizeBytes);
}
