import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { type FileOperations, pooledFileOperations } from './file-operations.ts';

/** The calls that a partial file is made of. They fail with system errors. */
export interface PartialFileOperations extends Pick<
  FileOperations,
  'open' | 'sync' | 'close' | 'rename' | 'link' | 'unlink'
> {
  /** Opens a regular file that MUST exist, for reading and writing; follows no symbolic link. */
  readonly reopen: (path: string) => Promise<number>;
  /** Returns how many bytes were accepted. */
  readonly writeAt: (
    fd: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ) => Promise<number>;
  /** Returns how many bytes were read; 0 at the end. */
  readonly readAt: (fd: number, into: Uint8Array, offset: number, position: number) => Promise<number>;
  readonly truncate: (fd: number, sizeBytes: number) => Promise<void>;
}

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } = fs.constants;

const openAsync = promisify(fs.open);
const writeAsync = promisify(fs.write);
const readAsync = promisify(fs.read);

export const partialFileOperations: PartialFileOperations = {
  ...pooledFileOperations,
  open: (path, mode) => openAsync(path, O_RDWR | O_CREAT | O_EXCL, mode),
  reopen: (path) => openAsync(path, O_RDWR | O_NOFOLLOW, 0),
  writeAt: async (fd, bytes, offset, length, position) =>
    (await writeAsync(fd, bytes, offset, length, position)).bytesWritten,
  readAt: async (fd, into, offset, position) =>
    (await readAsync(fd, into, offset, into.length - offset, position)).bytesRead,
  truncate: promisify(fs.ftruncate),
};
