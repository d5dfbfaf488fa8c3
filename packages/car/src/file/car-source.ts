import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { CidBytes } from '../codec/cid.ts';
import { CarFileChangedError, CarFileKindError } from '../errors.ts';

/** How a file is told from another one under the same name, without reading it. */
export interface FileStamp {
  readonly sizeBytes: number;
  /** Nanoseconds since 1970, as text. */
  readonly mtimeNanos: string;
}

/** One CAR file of a store; plain data, which goes through `postMessage` and into the index. */
export interface CarSource extends FileStamp {
  /** The uncompressed file that blocks are read from. */
  readonly path: string;
  /** What was asked for: the same, or the compressed file from which it was unpacked. */
  readonly originPath: string;
  readonly origin: FileStamp;
  /** Whether the hashes of all blocks were checked when the index was made. */
  readonly verified: boolean;
  readonly version: 1 | 2;
  readonly roots: readonly CidBytes[];
  /** Frames stand from here to there without gaps, counted from the beginning of the file. */
  readonly framesStart: number;
  readonly framesEnd: number;
  /** The ordinals of its frames begin here. */
  readonly firstOrdinal: number;
}

/** Opens a regular file for reading; a pipe is refused before it blocks. @throws CarFileKindError; any system error. */
export function openForReading(path: string): number {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw new CarFileKindError(path);
}

export function stampOf(fd: number): FileStamp {
  const { size, mtimeNs } = fstatSync(fd, { bigint: true });
  return { sizeBytes: Number(size), mtimeNanos: String(mtimeNs) };
}

/** @throws CarFileKindError; any system error. */
export function stampAt(path: string): FileStamp {
  const fd = openForReading(path);
  try {
    return stampOf(fd);
  } finally {
    closeSync(fd);
  }
}

export function isSameStamp(one: FileStamp, other: FileStamp): boolean {
  return one.sizeBytes === other.sizeBytes && one.mtimeNanos === other.mtimeNanos;
}

/** Opens the file again that was indexed. @throws CarFileChangedError when it is another one by now. */
export function reopenSource(source: CarSource): number {
  const fd = openForReading(source.path);
  if (isSameStamp(stampOf(fd), source)) return fd;
  closeSync(fd);
  throw new CarFileChangedError(0, 'is not the file that was indexed').locate(source.path, 0);
}

/** Fills `into`, or its first `length` bytes, from `offset` on, and gives how many bytes there were: fewer only at the end of the file. */
export function readFully(fd: number, into: Uint8Array, offset: number, length = into.length): number {
  let done = 0;
  while (done < length) {
    const count = readSync(fd, into, done, Math.min(length - done, MOST_READ_BYTES), offset + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}

/** Linux reads at most 2 GiB - 4 KiB in one call. */
const MOST_READ_BYTES = 1024 * 1024 * 1024;
