export { abortableIterable } from './abortable-iterable.ts';
export { abortableSleep } from './abortable-sleep.ts';
export { openAtomicWriter } from './atomic-writer.ts';
export { openUnhashedWriter } from './open-unhashed-writer.ts';
export { asWriteError } from './as-write-error.ts';
export { backoffDelayMs } from './backoff-delay.ts';
export { listenForCallbacks, remoteCallbacks } from './callback-channel.ts';
export { cloneFile } from './clone-file.ts';
export { DirectorySyncer } from './directory-syncer.ts';
export { durabilities } from './durability.ts';
export { ensureDirectory } from './ensure-directory.ts';
export { Fifo } from './fifo.ts';
export { GroupWriter } from './group-writer.ts';
export { HashingWriter } from './hashing-writer.ts';
export { isErrnoException } from './is-errno-exception.ts';
export { isolatedCallbacks } from './isolated-callbacks.ts';
export { jitter } from './jitter.ts';
export { DirectoryLockedError, lockDirectory } from './lock-directory.ts';
export { maskUserInfo } from './mask-user-info.ts';
export { Semaphore } from './semaphore.ts';
export { sweepTempFiles } from './sweep-temp-files.ts';
export { syncDirectory } from './sync-directory.ts';
export { openPartialFile, removePartialFile } from './partial-file.ts';
export { parseTempMark, tempMark } from './temp-mark.ts';
export { matchTempName } from './temp-name.ts';
export { isTempOwnerAlive } from './temp-owner.ts';
export { WaybillError } from './waybill-error.ts';
export { writeAll, writeAllSync } from './write-all.ts';
export {
  ContentDigestMismatchError,
  ContentLengthMismatchError,
  DiskFullError,
  FileCloseFailedError,
  FileExistsError,
  FileSyncFailedError,
  FileTooLargeError,
  PartialFileBusyError,
  WriteStalledError,
} from './write-errors.ts';
export { writeFileAtomic } from './write-file-atomic.ts';
export { writeUnhashed } from './write-unhashed.ts';

export type { AbortOptions } from './abort-options.ts';
export type { ExpectedContent } from './assert-expected.ts';
export type { AtomicWriteOptions, AtomicWriter, AtomicWriteStep } from './atomic-writer.ts';
export type { BackoffOptions } from './backoff-delay.ts';
export type { Durability } from './durability.ts';
export type { EnsureDirectoryOptions } from './ensure-directory.ts';
export type { FileOperations } from './file-operations.ts';
export type { GroupWriteOptions, GroupWriterInit } from './group-writer.ts';
export type { CallbackListener, CallbackListenerOptions, RemoteCallbacks } from './callback-channel.ts';
export type { CallbackFailure, Callbacks } from './isolated-callbacks.ts';
export type { ContentSummary } from './hashing-writer.ts';
export type { DirectoryLock, LockDirectoryOptions } from './lock-directory.ts';
export type { PartialFile, PartialFileOptions, RemovedPartialFile, RemovePartialFileOptions } from './partial-file.ts';
export type { PartialFileOperations } from './partial-file-operations.ts';
export type { Permit } from './semaphore.ts';
export type { SweepOptions } from './sweep-temp-files.ts';
export type { TempMark } from './temp-mark.ts';
export type { TempNamer } from './temp-name.ts';
export type { TempOwner } from './temp-owner.ts';
export type { WaybillErrorInit } from './waybill-error.ts';
export type { UnhashedWriteOptions, UnhashedWriter } from './open-unhashed-writer.ts';
export type { WritableFile, WriteAllOptions } from './write-all.ts';
