import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { renamePatiently, renamePatientlySync } from './rename-patiently.ts';
import { syncDirectorySync } from './sync-directory.ts';

type Awaitable<T> = T | Promise<T>;

/** The calls that an atomic write is made of. They fail with system errors. */
export interface FileOperations {
  /** Creates a file that MUST not exist, for writing; returns its descriptor. */
  readonly open: (path: string, mode: number) => Awaitable<number>;
  /** Returns how many bytes were accepted. */
  readonly write: (fd: number, bytes: Uint8Array, offset: number, length: number) => Awaitable<number>;
  /** The same for several parts in a row, in one call. */
  readonly writeParts: (fd: number, parts: readonly Uint8Array[]) => Awaitable<number>;
  readonly sync: (fd: number) => Awaitable<void>;
  readonly close: (fd: number) => Awaitable<void>;
  readonly rename: (from: string, to: string) => Awaitable<void>;
  /** Fails with EEXIST where there is a file. */
  readonly link: (from: string, to: string) => Awaitable<void>;
  readonly unlink: (path: string) => Awaitable<void>;
}

const { O_CREAT, O_EXCL, O_WRONLY } = fs.constants;
const CREATE = O_WRONLY | O_CREAT | O_EXCL;

const writeAsync = promisify(fs.write);
const writevAsync = promisify(fs.writev);
const renameAsync = promisify(fs.rename);

/** In the thread pool: nothing else of this process waits for the disk. For large contents. */
export const pooledFileOperations: FileOperations = {
  open: (path, mode) => promisify(fs.open)(path, CREATE, mode),
  write: async (fd, bytes, offset, length) => (await writeAsync(fd, bytes, offset, length, null)).bytesWritten,
  writeParts: async (fd, parts) => (await writevAsync(fd, parts)).bytesWritten,
  sync: promisify(fs.fsync),
  close: promisify(fs.close),
  rename: (from, to) => renamePatiently(renameAsync, [from, to]),
  link: promisify(fs.link),
  unlink: promisify(fs.unlink),
};

/**
 * At once, except for the sync, which has to wait for the disk. A trip through the thread pool costs more than one of
 * these calls takes when it only touches the page cache. For contents of up to some hundred kilobytes.
 */
export const immediateFileOperations: FileOperations = {
  open: (path, mode) => fs.openSync(path, CREATE, mode),
  write: (fd, bytes, offset, length) => fs.writeSync(fd, bytes, offset, length, null),
  writeParts: (fd, parts) => fs.writevSync(fd, parts),
  sync: pooledFileOperations.sync,
  close: fs.closeSync,
  rename: process.platform === 'win32' ? pooledFileOperations.rename : fs.renameSync,
  link: fs.linkSync,
  unlink: fs.unlinkSync,
};

/** The same calls and the sync of a directory, each of which ends before it returns. For threads that do nothing else. */
export interface BlockingFileOperations {
  readonly exists: (path: string) => boolean;
  readonly open: (path: string, mode: number) => number;
  readonly write: (fd: number, bytes: Uint8Array, offset: number, length: number) => number;
  readonly sync: (fd: number) => void;
  readonly close: (fd: number) => void;
  readonly rename: (from: string, to: string) => void;
  readonly link: (from: string, to: string) => void;
  readonly unlink: (path: string) => void;
  readonly syncDirectory: (path: string) => void;
}

export const blockingFileOperations: BlockingFileOperations = {
  exists: fs.existsSync,
  open: (path, mode) => fs.openSync(path, CREATE, mode),
  write: (fd, bytes, offset, length) => fs.writeSync(fd, bytes, offset, length, null),
  sync: fs.fsyncSync,
  close: fs.closeSync,
  rename: (from, to) => renamePatientlySync(fs.renameSync, [from, to]),
  link: fs.linkSync,
  unlink: fs.unlinkSync,
  syncDirectory: syncDirectorySync,
};
