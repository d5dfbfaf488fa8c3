import { type Digest, formatHex } from '@waybill/digest';
import { WaybillError } from './waybill-error.ts';

/** The disk or the quota is full (ENOSPC, EDQUOT). Nothing was changed; there may be space later. */
export class DiskFullError extends WaybillError {
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super(`no space left to write ${path}`, { code: 'ERR_DISK_FULL', retryable: true, cause });
    this.path = path;
  }
}

/** The file would be larger than the file system or the process's limit allows (EFBIG). */
export class FileTooLargeError extends WaybillError {
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super(`${path} is larger than the system lets it be`, { code: 'ERR_FILE_TOO_LARGE', retryable: false, cause });
    this.path = path;
  }
}

/** The system accepted no byte, or was interrupted over and over: going on would be an endless loop. */
export class WriteStalledError extends WaybillError {
  readonly writtenBytes: number;
  readonly sizeBytes: number;

  constructor(writtenBytes: number, sizeBytes: number, cause?: unknown) {
    super(`writing stalled after ${writtenBytes} of ${sizeBytes} bytes`, {
      code: 'ERR_WRITE_STALLED',
      retryable: true,
      cause,
    });
    this.writtenBytes = writtenBytes;
    this.sizeBytes = sizeBytes;
  }
}

/** An fsync failed. What of the content is on disk is unknown and stays so: the file was discarded and has to be written anew. */
export class FileSyncFailedError extends WaybillError {
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super(`could not sync ${path}`, { code: 'ERR_FILE_SYNC_FAILED', retryable: true, cause });
    this.path = path;
  }
}

/** A close failed, which is how network file systems report writes that were lost. The file was discarded. */
export class FileCloseFailedError extends WaybillError {
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super(`could not close ${path}`, { code: 'ERR_FILE_CLOSE_FAILED', retryable: true, cause });
    this.path = path;
  }
}

/** There is a file where an exclusive write wanted to put a new one. It was left as it is. */
export class FileExistsError extends WaybillError {
  readonly path: string;

  constructor(path: string, cause?: unknown) {
    super(`${path} exists`, { code: 'ERR_FILE_EXISTS', retryable: false, cause });
    this.path = path;
  }
}

/** Another process is at work on the same partial file. */
export class PartialFileBusyError extends WaybillError {
  readonly path: string;
  /** Its mark (see `parseTempMark`), where it is known. */
  readonly owner: string | undefined;

  constructor(path: string, owner: string | undefined, cause?: unknown) {
    const by = owner === undefined ? 'another process' : `process ${owner}`;
    super(`${path} is being written by ${by}`, { code: 'ERR_PARTIAL_FILE_BUSY', retryable: true, cause });
    this.path = path;
    this.owner = owner;
  }
}

/** The content has another length than was declared. It was not put in place. */
export class ContentLengthMismatchError extends WaybillError {
  readonly path: string;
  readonly expectedBytes: number;
  readonly actualBytes: number;

  constructor(path: string, expectedBytes: number, actualBytes: number) {
    const message = `${path}: expected ${expectedBytes} bytes, got ${actualBytes}`;
    super(message, { code: 'ERR_CONTENT_LENGTH_MISMATCH', retryable: true });
    this.path = path;
    this.expectedBytes = expectedBytes;
    this.actualBytes = actualBytes;
  }
}

/** The content has another digest than was declared. It was not put in place. */
export class ContentDigestMismatchError extends WaybillError {
  readonly path: string;
  readonly expected: Digest;
  readonly actual: Digest;

  constructor(path: string, expected: Digest, actual: Digest) {
    const message = `${path}: expected digest ${formatHex(expected)}, got ${formatHex(actual)}`;
    super(message, { code: 'ERR_CONTENT_DIGEST_MISMATCH', retryable: true });
    this.path = path;
    this.expected = expected;
    this.actual = actual;
  }
}
