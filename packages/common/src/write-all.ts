import { writeSync } from 'node:fs';
import { types } from 'node:util';
import type { AbortOptions } from './abort-options.ts';
import { abortableSleep } from './abortable-sleep.ts';
import { isErrnoException } from './is-errno-exception.ts';
import { WriteStalledError } from './write-errors.ts';

/** The slice of a `FileHandle` that {@link writeAll} needs. */
export interface WritableFile {
  /** MUST say how many of the bytes were accepted; may be fewer than `length`. */
  write(bytes: Uint8Array, offset: number, length: number, position?: number | null): Promise<{ bytesWritten: number }>;
}

export interface WriteAllOptions extends AbortOptions {
  /** Where in the file to begin; default: the file's own position. */
  position?: number;
}

/** Accepts bytes from `offset` on, at once or later; says how many. */
export type WriteSome = (bytes: Uint8Array, offset: number, length: number) => number | Promise<number>;

/** Accepts bytes from `offset` on, at the file's own position; says how many. */
export type WriteSomeSync = (fd: number, bytes: Uint8Array, offset: number, length: number) => number;

/** Linux accepts 2 GiB - 4 KiB in one call, Node 2 GiB - 1. Far less than that leaves time to notice an abort. */
const LARGEST_WRITE_BYTES = 16 * 1024 * 1024;

/** Interruptions in a row without any progress. Regular files give none; more than a few mean that something is broken. */
const MOST_INTERRUPTIONS = 16;

/**
 * Writes every byte, however many calls the system needs for it. A single `write` may accept only the first part and
 * report success, which is what it does when the disk fills or a size limit is reached.
 * @throws WriteStalledError when the system accepts nothing; the signal's reason when aborted; any error of `file.write`.
 */
export async function writeAll(file: WritableFile, bytes: Uint8Array, options: WriteAllOptions = {}): Promise<void> {
  const { position } = options;
  const write = async (part: Uint8Array, offset: number, length: number): Promise<number> => {
    const result = await file.write(part, offset, length, position === undefined ? null : position + offset);
    return result.bytesWritten;
  };
  await writeFully(write, bytes, options);
}

/** The same for a descriptor and without giving way to other work: for contents of some hundred kilobytes. */
export function writeAllSync(fd: number, bytes: Uint8Array, write: WriteSomeSync = writeSync): void {
  assertBytes(bytes);
  const progress = new WriteProgress(bytes.length);
  while (progress.leftBytes > 0) {
    try {
      progress.accept(write(fd, bytes, progress.writtenBytes, progress.nextBytes));
    } catch (error) {
      progress.interrupt(error);
    }
  }
}

/** The loop under {@link writeAll}, for any function that writes some bytes. */
export async function writeFully(write: WriteSome, bytes: Uint8Array, { signal }: AbortOptions = {}): Promise<void> {
  assertBytes(bytes);
  const progress = new WriteProgress(bytes.length);
  while (progress.leftBytes > 0) {
    signal?.throwIfAborted();
    try {
      progress.accept(await write(bytes, progress.writtenBytes, progress.nextBytes));
    } catch (error) {
      await abortableSleep(progress.interrupt(error), { signal });
    }
  }
}

/** The same for parts in a row, which are written in one call where the system accepts all of them. */
export async function writePartsFully(
  writeParts: (parts: readonly Uint8Array[]) => number | Promise<number>,
  write: WriteSome,
  parts: readonly Uint8Array[],
  options: AbortOptions = {},
): Promise<void> {
  for (const part of parts) assertBytes(part);
  options.signal?.throwIfAborted();
  const sizeBytes = parts.reduce((sum, { length }) => sum + length, 0);
  if (sizeBytes === 0) return;
  const accepted = await attemptParts(writeParts, parts);
  // Written so that NaN is refused as well.
  if (!(accepted >= 0 && accepted <= sizeBytes)) throw new WriteStalledError(0, sizeBytes);
  if (accepted < sizeBytes) await writeFully(write, Buffer.concat(parts).subarray(accepted), options);
}

/** What was interrupted has accepted nothing: it is begun anew by those who know how often. */
async function attemptParts(
  writeParts: (parts: readonly Uint8Array[]) => number | Promise<number>,
  parts: readonly Uint8Array[],
): Promise<number> {
  try {
    return await writeParts(parts);
  } catch (error) {
    if (isErrnoException(error, 'EAGAIN') || isErrnoException(error, 'EINTR')) return 0;
    throw error;
  }
}

class WriteProgress {
  readonly sizeBytes: number;
  writtenBytes = 0;
  #interruptions = 0;

  constructor(sizeBytes: number) {
    this.sizeBytes = sizeBytes;
  }

  get leftBytes(): number {
    return this.sizeBytes - this.writtenBytes;
  }

  get nextBytes(): number {
    return Math.min(this.leftBytes, LARGEST_WRITE_BYTES);
  }

  accept(bytesWritten: number): void {
    // Written so that NaN is refused as well.
    if (!(bytesWritten > 0 && bytesWritten <= this.nextBytes))
      throw new WriteStalledError(this.writtenBytes, this.sizeBytes);
    this.writtenBytes += bytesWritten;
    this.#interruptions = 0;
  }

  /** Returns how many milliseconds to wait before the next try; throws what is no interruption, or one too many. */
  interrupt(error: unknown): number {
    const busy = isErrnoException(error, 'EAGAIN');
    if (!busy && !isErrnoException(error, 'EINTR')) throw error;
    this.#interruptions += 1;
    if (this.#interruptions > MOST_INTERRUPTIONS) throw new WriteStalledError(this.writtenBytes, this.sizeBytes, error);
    return busy ? this.#interruptions : 0;
  }
}

/** Node writes a string where bytes are expected, and takes the offset for a position. */
function assertBytes(bytes: unknown): void {
  if (!types.isUint8Array(bytes)) throw new TypeError('content is bytes: a Uint8Array is needed');
}
