import { resolve } from 'node:path';

/** Absolute, with the separators of the system. Bytes: names need not be UTF-8. */
export type FilePath = Buffer;

/** A path as a program or a person gives it; a text is relative to the working directory. */
export function toFilePath(path: FilePath | string): FilePath {
  return typeof path === 'string' ? Buffer.from(resolve(path)) : path;
}
