import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { tempMark } from '@waybill/common';

/** A name of its own that sweeps know: the file goes with the process, at the latest with the next sweep after it. */
export function scratchPath(directory: string): string {
  return join(directory, `.waybill.${tempMark()}.${process.hrtime.bigint()}.temp`);
}

/** Removes what is there of them. @throws any system error but that of a file that is not there. */
export function removeScratch(paths: readonly string[]): void {
  for (const path of paths) rmSync(path, { force: true });
}
