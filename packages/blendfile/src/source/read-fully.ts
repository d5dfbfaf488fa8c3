import { readSync, readvSync } from 'node:fs';
import { BlendFileTruncatedError } from '../errors.ts';

/**
 * Fills buffers, one after the other, from a place in a file. A file that is shorter than it was when it was opened is a
 * truncated one. Blocks: what is cached comes faster than another thread could be asked for it.
 * @param lengthBytes Up to the size of all buffers.
 * @param name Of the file, for errors.
 */
export function readFully(
  file: number,
  buffers: readonly Uint8Array[],
  offset: number,
  lengthBytes: number,
  name: string,
): void {
  for (let done = 0; done < lengthBytes;) {
    const [only, ...others] = rangeOf(buffers, done, lengthBytes);
    if (only === undefined) return;
    const bytesRead =
      others.length === 0
        ? readSync(file, only, 0, only.length, offset + done)
        : readvSync(file, [only, ...others], offset + done);
    if (bytesRead === 0) throw new BlendFileTruncatedError({ file: name, offset }, 'a read', lengthBytes, done);
    done += bytesRead;
  }
}

/** The bytes from `start` to `end` of buffers that follow one another. */
function rangeOf(buffers: readonly Uint8Array[], start: number, end: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const buffer of buffers) {
    const part = buffer.subarray(Math.max(0, start - at), Math.max(0, end - at));
    if (part.length > 0) parts.push(part);
    at += buffer.length;
  }
  return parts;
}
