import type { FilePath } from './file-path.ts';
import { joinPath, normalNames, type PathParts, splitPath, splitSlashed } from './path-parts.ts';

export interface StoredPath {
  /** Where the path leads, without `.` and `..`. Where drives are unknown `C:\a` is `C:/a`, and a share is `//server/share`. */
  readonly absolute: FilePath;
  readonly wasAbsolute: boolean;
  /** Neither `//` nor absolute: Blender takes it from the working directory, this from the folder of the holder. */
  readonly isBare: boolean;
}

/**
 * Where a path in a .blend file leads. Files travel: `//`, drive letters, shares and both separators are understood on every
 * system. Nothing is looked up on disk.
 *
 *     //textures/a.png   relative to the .blend file          C:\a.png  C:/a.png   a drive
 *     /home/me/a.png     absolute                              \\server\share\a.png a share
 *
 * @param holder The .blend file.
 */
export function resolveStoredPath(
  stored: Uint8Array,
  holder: FilePath,
  platform: NodeJS.Platform = process.platform,
): StoredPath {
  const text = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength).toString('latin1');
  const slashed = text.replaceAll('\\', '/');
  const isShare = text.startsWith('\\\\');
  const wasAbsolute = isShare || /^[A-Za-z]:(?:\/|$)/.test(slashed) || /^\/(?!\/)/.test(slashed);
  const parts = wasAbsolute ? absoluteParts(slashed, holder, platform) : relativeParts(slashed, holder, platform);
  return { absolute: joinPath(parts, platform), wasAbsolute, isBare: !wasAbsolute && !slashed.startsWith('//') };
}

/** On Windows `/a` lies on the drive of the file. */
function absoluteParts(slashed: string, holder: FilePath, platform: NodeJS.Platform): PathParts {
  const parts = splitSlashed(slashed);
  const isDriveless = parts.root === '' && platform === 'win32';
  return isDriveless ? { root: splitPath(holder, platform).root, names: parts.names } : parts;
}

function relativeParts(slashed: string, holder: FilePath, platform: NodeJS.Platform): PathParts {
  const { root, names } = splitPath(holder, platform);
  return { root, names: normalNames([...names.slice(0, -1), ...slashed.split('/')]) };
}
