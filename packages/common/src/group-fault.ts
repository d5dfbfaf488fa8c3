import { asWriteError } from './as-write-error.ts';
import { FileCloseFailedError, FileExistsError, FileSyncFailedError, WriteStalledError } from './write-errors.ts';

/** What failed: a look at the name, or one of the calls of an atomic write. */
export type GroupStep = 'look' | 'open' | 'write' | 'sync' | 'close' | 'rename' | 'sync-directory';

/** An error as a message between threads can carry it: a clone of an Error has no `code`. */
export interface PlainError {
  readonly message: string;
  readonly code: string | undefined;
  readonly errno: number | undefined;
  readonly syscall: string | undefined;
  /** Of a {@link WriteStalledError}. */
  readonly stalled: { readonly writtenBytes: number; readonly sizeBytes: number } | undefined;
}

export interface GroupFault {
  /** Which file of the group. */
  readonly index: number;
  readonly step: GroupStep;
  readonly error: PlainError;
}

export function toPlainError(error: unknown): PlainError {
  const { message, code, errno, syscall } = error as NodeJS.ErrnoException;
  const stalled =
    error instanceof WriteStalledError ? { writtenBytes: error.writtenBytes, sizeBytes: error.sizeBytes } : undefined;
  return { message, code, errno, syscall, stalled };
}

/** The error that an atomic write of `path` ends with. */
export function errorOfFault(path: string, directory: string, { step, error }: GroupFault): unknown {
  if (step === 'sync-directory') return new FileSyncFailedError(directory, systemError(error, directory));
  return asWriteError(named(path, step, systemError(error, path)), path);
}

function named(path: string, step: GroupStep, cause: unknown): unknown {
  if (step === 'sync') return new FileSyncFailedError(path, cause);
  if (step === 'close') return new FileCloseFailedError(path, cause);
  const exists = (step === 'look' || step === 'rename') && (cause as NodeJS.ErrnoException).code === 'EEXIST';
  return exists ? new FileExistsError(path, cause) : cause;
}

function systemError({ message, stalled, code, errno, syscall }: PlainError, path: string): Error {
  if (stalled !== undefined) return new WriteStalledError(stalled.writtenBytes, stalled.sizeBytes);
  return Object.assign(new Error(message), { code, errno, syscall, path });
}
