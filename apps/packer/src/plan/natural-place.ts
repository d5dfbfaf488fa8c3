import type { FilePath } from '../paths/file-path.ts';
import type { PlaceNames } from './place-bytes.ts';
import { placeName } from './place-name.ts';

/** Where files go that lie outside the project. */
export const OUTSIDE = '_outside_project';

const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const DRIVE = /^[A-Za-z]:$/;

/** The names of an absolute path; on Windows the first is `C:`, or empty twice for a share (`\\server\share`). */
function namesOf(path: FilePath, platform: NodeJS.Platform): Buffer[] {
  const isSeparator = (byte: number): boolean => byte === SLASH || (platform === 'win32' && byte === BACKSLASH);
  const names: Buffer[] = [];
  let start = 0;
  for (let at = 0; at <= path.length; at += 1) {
    if (at < path.length && !isSeparator(path[at] ?? 0)) continue;
    names.push(path.subarray(start, at));
    start = at + 1;
  }
  return names;
}

/** Below the project: the names that lead from it to the file. Undefined outside. */
function namesBelow(names: readonly Buffer[], project: readonly Buffer[]): readonly Buffer[] | undefined {
  // A separator at its end, or that of the root of the file system.
  const root = project.slice(0, project.findLastIndex((name) => name.length > 0) + 1);
  const isBelow = root.every((name, index) => Buffer.compare(name, names[index] ?? new Uint8Array([0])) === 0);
  return isBelow ? names.slice(root.length) : undefined;
}

export interface NaturalPlace {
  readonly place: string;
  readonly isOutside: boolean;
}

/**
 * Where a file goes by itself, before collisions and lengths are looked at.
 *
 *     project/textures/a.png      textures/a.png
 *     /home/me/b.png              _outside_project/home/me/b.png
 *     D:\shared\c.png             _outside_project/D/shared/c.png
 *     \\server\share\d.png        _outside_project/UNC/server/share/d.png    (no drive has a name of three letters)
 *
 * @param path Absolute and normal: without `.` and `..`.
 */
export function naturalPlace(
  path: FilePath,
  project: FilePath,
  platform: NodeJS.Platform = process.platform,
  spelling: PlaceNames = 'utf8',
): NaturalPlace {
  const names = namesOf(path, platform);
  const below = namesBelow(names, namesOf(project, platform));
  if (below !== undefined) return { place: joined(below, spelling), isOutside: false };
  return { place: [OUTSIDE, ...rootNames(names), joined(afterRoot(names), spelling)].join('/'), isOutside: true };
}

function rootNames(names: readonly Buffer[]): string[] {
  const drive = names[0]?.toString('latin1') ?? '';
  if (DRIVE.test(drive)) return [drive.charAt(0).toUpperCase()];
  return isShare(names) ? ['UNC'] : [];
}

function afterRoot(names: readonly Buffer[]): readonly Buffer[] {
  return names.slice(isShare(names) ? 2 : 1);
}

function isShare(names: readonly Buffer[]): boolean {
  return names.length > 3 && names[0]?.length === 0 && names[1]?.length === 0;
}

function joined(names: readonly Buffer[], spelling: PlaceNames): string {
  return names
    .filter((name) => name.length > 0)
    .map((name) => placeName(name, spelling))
    .join('/');
}
