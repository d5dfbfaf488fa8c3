import { type BigIntStats, lstatSync } from 'node:fs';
import { isErrnoException } from '@waybill/common';

/** What is at a path, links not followed; undefined when there is nothing, or no folder on the way to it. */
export function entryAt(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if (isErrnoException(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}
