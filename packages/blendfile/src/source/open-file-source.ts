import { closeSync, openSync, statSync } from 'node:fs';
import { BlendFileKindError } from '../errors.ts';
import type { ByteSource } from './byte-source.ts';
import { FileSource, type FileSourceOptions } from './file-source.ts';
import { readFully } from './read-fully.ts';
import { WholeFileSource } from './whole-file-source.ts';

/**
 * Files up to this size are read at once, in a fraction of a millisecond where they are cached. A system call in another thread
 * costs several times as much as the call, and a trace opens hundreds of small files.
 */
const WHOLE_FILE_BYTES = 2 * 1024 * 1024;

/** What the last small file was read into; the next one can have it. */
let spare: Uint8Array | undefined;

/**
 * A file to read from: a small one as a whole, any other where it is asked for. Blocks for a few system calls.
 * @throws BlendFileKindError, BlendFileTruncatedError; system errors as they are (ENOENT, EACCES, …)
 */
export async function openFileSource(path: string | Buffer, options: FileSourceOptions = {}): Promise<ByteSource> {
  const { signal, name = String(path) } = options;
  signal?.throwIfAborted();
  const found = statSync(path);
  // Opening a pipe would wait for its writer.
  if (!found.isFile()) throw new BlendFileKindError(name);
  return found.size > WHOLE_FILE_BYTES
    ? await FileSource.open(path, { ...options, name })
    : readWhole(path, found.size, name);
}

function readWhole(path: string | Buffer, sizeBytes: number, name: string): WholeFileSource {
  const memory = takeMemory();
  const bytes = memory.subarray(0, sizeBytes);
  const file = openSync(path, 'r');
  try {
    readFully(file, [bytes], 0, sizeBytes, name);
  } finally {
    closeSync(file);
  }
  return new WholeFileSource(bytes, name, () => (spare = memory));
}

function takeMemory(): Uint8Array {
  const memory = spare ?? new Uint8Array(WHOLE_FILE_BYTES);
  spare = undefined;
  return memory;
}
