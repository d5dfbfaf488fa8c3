import type { GetOptions } from './blob-store.ts';

/** The range that is asked for. @throws RangeError when it is not within the blob. */
export function getRange(
  sizeBytes: number,
  { start = 0, end = sizeBytes }: GetOptions = {},
): [start: number, end: number] {
  const whole = Number.isSafeInteger(start) && Number.isSafeInteger(end);
  if (!whole || start < 0 || start > end || end > sizeBytes) {
    throw new RangeError(`bytes ${start} to ${end} of a blob of ${sizeBytes}`);
  }
  return [start, end];
}
