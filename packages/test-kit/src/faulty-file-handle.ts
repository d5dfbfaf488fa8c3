import { errnoError } from './errno-error.ts';

export interface FileFaults {
  /** What each call of `write` does: accepts at most so many bytes, or fails with that system error. Afterwards all is well. */
  writes?: Iterable<number | string>;
  /** The file is full after so many bytes: the write that crosses this is short, the next one fails with `error`. */
  failAt?: number;
  /** Default ENOSPC. */
  error?: string;
}

/** A file in memory that behaves as a file may: short writes, interruptions, a full disk. */
export interface FaultyFileHandle {
  write(bytes: Uint8Array, offset: number, length: number, position?: number | null): Promise<{ bytesWritten: number }>;
  /** What has been written. */
  readonly content: Uint8Array;
  /** How often `write` was called. */
  readonly calls: number;
}

/** The slice of a `FileHandle` that writes, with faults put in where the test wants them. */
export function faultyFileHandle({
  writes = [],
  failAt = Infinity,
  error = 'ENOSPC',
}: FileFaults = {}): FaultyFileHandle {
  const script = [...writes];
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  let calls = 0;
  const accept = (length: number): number => {
    const next = script.shift() ?? length;
    if (typeof next === 'string') throw errnoError(next);
    if (sizeBytes >= failAt && length > 0) throw errnoError(error);
    return Math.min(next, length, failAt - sizeBytes);
  };
  return {
    write: (bytes, offset, length, position = null) => {
      calls += 1;
      return new Promise((resolve) => {
        if (position !== null && position !== sizeBytes) throw new RangeError(`a hole: ${position} after ${sizeBytes}`);
        const bytesWritten = accept(length);
        parts.push(Buffer.from(bytes.subarray(offset, offset + bytesWritten)));
        sizeBytes += bytesWritten;
        resolve({ bytesWritten });
      });
    },
    get content() {
      return Buffer.concat(parts);
    },
    get calls() {
      return calls;
    },
  };
}
