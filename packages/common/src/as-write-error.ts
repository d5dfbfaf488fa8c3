import { isErrnoException } from './is-errno-exception.ts';
import { DiskFullError, FileCloseFailedError, FileSyncFailedError, FileTooLargeError } from './write-errors.ts';

/**
 * Gives a failed system call its name. A full disk may show itself in any of them, also as the cause of a failed sync or
 * close. What has no name here goes on as it is.
 */
export function asWriteError(error: unknown, path: string): unknown {
  const failed = error instanceof FileSyncFailedError || error instanceof FileCloseFailedError;
  const system = failed ? error.cause : error;
  if (isErrnoException(system, 'ENOSPC') || isErrnoException(system, 'EDQUOT')) return new DiskFullError(path, error);
  if (isErrnoException(system, 'EFBIG')) return new FileTooLargeError(path, error);
  return error;
}
