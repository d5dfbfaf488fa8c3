import { DiskFullError, isErrnoException, WaybillError } from '@waybill/common';

/** A folder of the storage cannot be made or written to. */
export class StorageUnusableError extends WaybillError {
  readonly path: string;

  constructor(path: string, reason: string, cause: unknown) {
    super(
      `${path} cannot be used: ${reason}. Give --storage (or --file-store, --checkouts) a folder that this user may write to`,
      { code: 'ERR_STORAGE_UNUSABLE', retryable: false, cause },
    );
    this.path = path;
  }
}

/** The server cannot take connections where it is told to. */
export class ListenFailedError extends WaybillError {
  readonly host: string;
  readonly port: number;

  constructor({ host, port }: { host: string; port: number }, reason: string, cause: unknown) {
    super(`cannot listen on ${host}, port ${port}: ${reason}`, { code: 'ERR_LISTEN_FAILED', retryable: false, cause });
    this.host = host;
    this.port = port;
  }
}

const MAY_NOT = 'this user may not write there';
const IN_THE_WAY = 'there is a file where a folder is to be';

const STORAGE_REASONS: Readonly<Record<string, string>> = {
  EACCES: MAY_NOT,
  EPERM: MAY_NOT,
  EROFS: 'the file system can only be read',
  EEXIST: IN_THE_WAY,
  ENOTDIR: IN_THE_WAY,
  ENOENT: 'no folder can be made there',
  ELOOP: 'symbolic links lead in a circle',
};

const LISTEN_REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program does. Give another --port, or 0 for any that is free',
  EADDRNOTAVAIL: 'this machine has no such address. Give another --host',
  EACCES: 'this user may not. Ports below 1024 are often kept for root: give a higher --port',
  ENOTFOUND: 'there is no host of this name. Give another --host',
};

/** What a person is told of a storage that could not be opened; what is no problem of a folder, as it is. */
export function asStorageError(error: unknown, root: string): unknown {
  if (!isErrnoException(error)) return error;
  const path = error.path ?? root;
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') return new DiskFullError(path, error);
  const reason = STORAGE_REASONS[error.code];
  return reason === undefined ? error : new StorageUnusableError(path, reason, error);
}

/** What a person is told of a server that could not listen. */
export function asListenError(error: unknown, place: { host: string; port: number }): unknown {
  const reason = isErrnoException(error) ? LISTEN_REASONS[error.code] : undefined;
  return reason === undefined ? error : new ListenFailedError(place, reason, error);
}
