import type { FilePath } from './file-path.ts';

/** Taken apart; each byte is one character (latin1), so that nothing is lost. */
export interface PathParts {
  /** Empty for `/`; `C:`, or `//server/share`, where there is one. */
  readonly root: string;
  /** Without `.`, `..` and empty ones. */
  readonly names: readonly string[];
}

const DRIVE = /^([A-Za-z]:)(?:\/|$)/;
const SHARE = /^\/\/([^/]+)\/([^/]+)(?:\/|$)/;

/** Names of a path with `/`, `.` and `..` resolved; `..` at the top leads nowhere. */
export function normalNames(names: readonly string[]): string[] {
  const normal: string[] = [];
  for (const name of names) {
    if (name === '..') normal.pop();
    else if (name !== '' && name !== '.') normal.push(name);
  }
  return normal;
}

/** @param path Absolute, with `/`. */
export function splitSlashed(path: string): PathParts {
  const root = DRIVE.exec(path)?.[1] ?? SHARE.exec(path)?.[0].replace(/\/$/, '') ?? '';
  return { root, names: normalNames(path.slice(root.length).split('/')) };
}

export function splitPath(path: FilePath, platform: NodeJS.Platform): PathParts {
  const text = path.toString('latin1');
  return splitSlashed(platform === 'win32' ? text.replaceAll('\\', '/') : text);
}

export function joinPath({ root, names }: PathParts, platform: NodeJS.Platform): FilePath {
  const text = `${root}/${names.join('/')}`;
  return Buffer.from(platform === 'win32' ? text.replaceAll('/', '\\') : text, 'latin1');
}
