import type { FilePath } from './file-path.ts';

const SLASH = 0x2f;
const BACKSLASH = 0x5c;

/** The place of the last separator, or -1. */
export function lastSeparator(path: Uint8Array, platform: NodeJS.Platform = process.platform): number {
  const slash = path.lastIndexOf(SLASH);
  return platform === 'win32' ? Math.max(slash, path.lastIndexOf(BACKSLASH)) : slash;
}

/** The folder that a path lies in; the bytes as they are. */
export function folderOf(path: FilePath): FilePath {
  const at = lastSeparator(path);
  return path.subarray(0, Math.max(at, 1));
}

/** The last name of a path; each byte is one character (latin1). */
export function nameOf(path: FilePath): string {
  return path.subarray(lastSeparator(path) + 1).toString('latin1');
}

/** A path below a folder. */
export function pathIn(folder: FilePath, name: Uint8Array): FilePath {
  const last = folder.at(-1);
  const isEnded = last === SLASH || (process.platform === 'win32' && last === BACKSLASH);
  const separator = process.platform === 'win32' ? '\\' : '/';
  return Buffer.concat(isEnded ? [folder, name] : [folder, Buffer.from(separator), name]);
}
