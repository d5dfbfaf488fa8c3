import { closeSync, fstatSync, open as openFile, read as readFile } from 'node:fs';
import { promisify } from 'node:util';
import { type AbortOptions, WaybillError } from '@waybill/common';
import { formatPath } from '../paths/format-path.ts';
import type { FilePath } from '../paths/file-path.ts';
import { fileIdentity } from '../trace/file-identity.ts';

/** A file is no longer what it was when the pack was planned. */
export class SourceChangedError extends WaybillError {
  readonly path: FilePath;
  /** As planned, and as it is: `dev:ino:size:mtimeNs:ctimeNs`. */
  readonly expected: string;
  readonly actual: string;

  constructor(path: FilePath, expected: string, actual: string) {
    super(`${formatPath(path)} was changed while it was packed: pack again`, {
      code: 'ERR_SOURCE_CHANGED',
      retryable: false,
    });
    this.path = path;
    this.expected = expected;
    this.actual = actual;
  }
}

export interface SourceFile {
  readonly source: FilePath;
  readonly sizeBytes: number;
  readonly identity: string;
}

export interface ReadSourceOptions extends AbortOptions {
  /** The first byte that is wanted; default 0. */
  start?: number | undefined;
  /** All pieces are put in here, one after the other; default: each has memory of its own. */
  buffer?: Uint8Array | undefined;
}

const PIECE_BYTES = 256 * 1024;

const open = promisify(openFile);
const read = promisify(readFile);

/**
 * The bytes of a file that still is what it was when it was planned, from the first to the last.
 * @throws SourceChangedError; system errors as they are
 */
export async function* readSource(
  file: SourceFile,
  { start = 0, buffer, signal }: ReadSourceOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  signal?.throwIfAborted();
  const fd = await open(file.source, 'r');
  try {
    assertUnchanged(fd, file);
    for (let at = start; at < file.sizeBytes;) {
      signal?.throwIfAborted();
      const length = Math.min(buffer?.length ?? PIECE_BYTES, file.sizeBytes - at);
      const piece = buffer?.subarray(0, length) ?? Buffer.allocUnsafeSlow(length);
      const { bytesRead } = await read(fd, piece, 0, length, at);
      if (bytesRead === 0) break;
      at += bytesRead;
      yield bytesRead === length ? piece : piece.subarray(0, bytesRead);
    }
    // Whoever writes to it meanwhile leaves a mixture of old and new.
    assertUnchanged(fd, file);
  } finally {
    closeSync(fd);
  }
}

/** Of an open file nothing is waited for: another thread would cost ten times as much as the call. */
function assertUnchanged(fd: number, { source, identity }: SourceFile): void {
  const actual = fileIdentity(fstatSync(fd, { bigint: true }));
  if (actual !== identity) throw new SourceChangedError(source, identity, actual);
}
