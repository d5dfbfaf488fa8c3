import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CHANNEL, fixtureFolder, QUALITIES, readStreamIndex } from './stream-index.ts';

export interface CutOptions {
  /** Default: all. */
  qualities?: readonly string[];
  /** Where it answers false, the file is left out: a hole. `path` is relative to the base. Default: all are written. */
  keep?: (path: string) => boolean;
}

function put(base: string, relative: string, content: Uint8Array): string {
  const target = path.join(base, relative);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, content);
  return relative;
}

/** Lays the bundled stream out as an archive: segments, chat and extras. Returns the paths, relative to `base`, in order. */
export function cutStream(base: string, { qualities = QUALITIES, keep = () => true }: CutOptions = {}): string[] {
  const index = readStreamIndex();
  const written: string[] = [];
  const putIfKept = (relative: string, content: Uint8Array): void => {
    if (keep(relative)) written.push(put(base, relative, content));
  };
  for (const quality of qualities) {
    const media = index.qualities[quality];
    if (media === undefined) throw new RangeError(`the bundled stream has no quality ${quality}`);
    const bytes = readFileSync(path.join(fixtureFolder, media.file));
    for (const { offsetBytes, sizeBytes, path: relative } of media.segments) {
      putIfKept(path.posix.join(CHANNEL, quality, relative), bytes.subarray(offsetBytes, offsetBytes + sizeBytes));
    }
  }
  for (const { file, path: relative } of index.chat)
    putIfKept(path.posix.join(CHANNEL, 'chat', relative), readFileSync(path.join(fixtureFolder, file)));
  for (const { file, path: relative } of index.extras)
    putIfKept(relative, readFileSync(path.join(fixtureFolder, file)));
  return written;
}
