import { statfsSync } from 'node:fs';
import { constants } from 'node:os';
import { DiskFullError } from '@waybill/common';

const { EDQUOT, EIO, ENOSPC } = constants.errno;
/** Less than this is as good as nothing: LMDB writes up to so much at once. */
const LITTLE_BYTES = 1_048_576;

/**
 * LMDB gives system errors as numbers; a full disk gets the name that it has everywhere here. All others go on as they are.
 * @param folder Where the database is.
 */
export function asLmdbWriteError(error: unknown, folder: string): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as { code?: unknown };
  // A write that is cut short, as the one that fills the disk is, LMDB reports as EIO.
  const full = code === ENOSPC || code === EDQUOT || (code === EIO && isNearlyFull(folder));
  return full ? new DiskFullError(folder, error) : error;
}

function isNearlyFull(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < LITTLE_BYTES;
}
