import { resolve, sep } from 'node:path';
import type { FilePath } from '../paths/file-path.ts';
import { placeBytes } from '../plan/place-bytes.ts';

/** The file at a place of a pack that is a folder; `\xNN` is one byte. */
export function pathInPack(folder: string, place: string): FilePath {
  const names = place.split('/').flatMap((name) => [Buffer.from(sep), placeBytes(name)]);
  return Buffer.concat([Buffer.from(resolve(folder)), ...names]);
}
