import { relativeStoredPath } from '../paths/relative-stored-path.ts';
import { resolveStoredPath } from '../paths/resolve-stored-path.ts';
import type { FilePath } from '../paths/file-path.ts';
import type { Usage } from '../trace/usage.ts';
import { hasRawBytes, placeBytes } from './place-bytes.ts';

/** No path climbs out of a pack and comes back by this name. */
const ROOT = process.platform === 'win32' ? String.raw`W:\.waybill-pack` : '/.waybill-pack';
const SEPARATOR = process.platform === 'win32' ? '\\' : '/';

/** A place in a pack as if the pack lay in some folder: what is relative there can be computed without one. */
function virtualPath(place: string): FilePath {
  const names = place.split('/');
  if (!hasRawBytes(place)) return Buffer.from([ROOT, ...names].join(SEPARATOR));
  return Buffer.concat([Buffer.from(ROOT), ...names.flatMap((name) => [Buffer.from(SEPARATOR), placeBytes(name)])]);
}

/** Whether what stands in the file leads to the target once both are in the pack; `basePlace`: what the path is relative to. */
export function leadsTo({ stored, wasAbsolute }: Usage, basePlace: string, targetPlace: string): boolean {
  if (wasAbsolute) return false;
  const { absolute, isBare } = resolveStoredPath(stored, virtualPath(basePlace));
  // Blender takes a path without // from the working directory, wherever that is.
  return !isBare && Buffer.compare(withoutEnd(absolute), virtualPath(targetPlace)) === 0;
}

/** What has to stand in the file; a path of a folder that ended in a separator does so again. */
export function storedPathTo({ stored }: Usage, basePlace: string, targetPlace: string): Buffer {
  const path = relativeStoredPath(virtualPath(basePlace), virtualPath(targetPlace));
  return endsInSeparator(stored) && !endsInSeparator(path) ? Buffer.concat([path, Buffer.from('/')]) : path;
}

function withoutEnd(path: Buffer): Buffer {
  return endsInSeparator(path) ? path.subarray(0, -1) : path;
}

function endsInSeparator(path: Buffer): boolean {
  const last = path.at(-1);
  return last === 0x2f || last === 0x5c;
}
