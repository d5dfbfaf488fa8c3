import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { isErrnoException } from '@waybill/common';
import type { HourCoverage } from './hour-coverage.ts';
import { hourCoverageOf } from './hour-coverage.ts';

/**
 * The coverage of an hour directory as it is now. Synchronous: for 1,800 names a trip through the thread pool and back
 * costs more than reading them does, and that takes less than a millisecond.
 */
export function readHourCoverage(directory: string, tailBefore: readonly string[]): HourCoverage {
  const sizeOf = (name: string): number => statSync(path.join(directory, name), { throwIfNoEntry: false })?.size ?? 0;
  // Decoding as UTF-8 costs a tenth of all the work on a week, and plain names do not need it.
  return hourCoverageOf(path.basename(directory), namesIn(directory, 'latin1'), tailBefore, sizeOf, () =>
    namesIn(directory, 'utf8'),
  );
}

/** A directory that vanishes meanwhile is empty. */
function namesIn(directory: string, encoding: BufferEncoding): string[] {
  try {
    return readdirSync(directory, encoding);
  } catch (error) {
    if (isErrnoException(error, 'ENOENT') || isErrnoException(error, 'ENOTDIR')) return [];
    throw error;
  }
}
