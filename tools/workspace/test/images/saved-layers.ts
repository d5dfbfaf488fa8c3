import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Bench } from './bench.ts';

/** One layer of an image, as a registry would get it. */
export interface SavedLayer {
  readonly bytes: number;
  /** By `gzip -6`. */
  readonly compressedBytes: number;
  readonly entries: readonly string[];
}

/** All layers of some images, by name; a layer that they share is looked at once. */
export function savedLayers(bench: Bench, names: readonly string[]): ReadonlyMap<string, readonly SavedLayer[]> {
  const folder = path.join(bench.folder, 'saved');
  mkdirSync(folder, { recursive: true });
  try {
    const { engine } = bench;
    engine.shell(`docker save ${names.map((name) => bench.image(name)).join(' ')} | tar -x -C ${folder}`);
    const seen = new Map<string, SavedLayer>();
    const look = (tar: string): SavedLayer => {
      const file = path.join(folder, tar);
      const compressedBytes = Number(engine.shell(`gzip -6 -c ${file} | wc -c`));
      const entries = engine.shell(`tar -tf ${file}`).split('\n');
      return { bytes: statSync(file).size, compressedBytes, entries: entries.filter((entry) => entry !== '') };
    };
    const manifest = readFileSync(path.join(folder, 'manifest.json'), 'utf8');
    const images = JSON.parse(manifest) as { RepoTags: [string]; Layers: string[] }[];
    const layersOf = (tars: readonly string[]): SavedLayer[] => tars.map((tar) => seen.getOrInsertComputed(tar, look));
    return new Map(images.map(({ RepoTags: [tag], Layers }) => [tag.replace(/^.*\/(.*):.*$/, '$1'), layersOf(Layers)]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
