import type { FilePath } from '../paths/file-path.ts';
import { folderOf, nameOf, pathIn } from '../paths/path-names.ts';
import { resolveStoredPath } from '../paths/resolve-stored-path.ts';
import { splitStored } from '../paths/stored-name.ts';
import type { AssetFinder } from './asset-finder.ts';
import { CACHE_BESIDE_BLEND, joined } from './made-paths.ts';
import { NOTHING } from './file-search.ts';
import type { FoundUsage, Usage } from './usage.ts';

const EXTENSION_BYTES = '.blend'.length;

/** From what stands in a file to what is on disk. */
export class UsageResolver {
  readonly #root: FilePath;
  readonly #finder: AssetFinder;

  constructor(root: FilePath, finder: AssetFinder) {
    this.#root = root;
    this.#finder = finder;
  }

  /** The usage, and one more for each file that is missing while others are there. */
  resolve(found: FoundUsage, holder: FilePath): Usage[] {
    const { relativeTo, search, linked: _linked, ...source } = found;
    const base = this.#baseOf(relativeTo, holder);
    const stored = source.stored.equals(CACHE_BESIDE_BLEND) ? cacheFolder(base) : source.stored;
    const { absolute, wasAbsolute } = resolveStoredPath(stored, base);
    const { files, absent } = this.#finder.find(absolute, source.isPacked ? NOTHING : search);
    const usage: Usage = { ...source, stored, holder, base, absolute, wasAbsolute, files };
    if (files.length === 0) return [usage];
    return [usage, ...absent.map((name) => missingPart(usage, name, search.in === 'siblings'))];
  }

  #baseOf(relativeTo: FoundUsage['relativeTo'], holder: FilePath): FilePath {
    if (relativeTo === 'holder') return holder;
    if (relativeTo === 'root') return this.#root;
    return relativeTo.reduce((base, library) => resolveStoredPath(library, base).absolute, holder);
  }
}

/** Blender takes the name of the .blend file without its last six characters, whatever they are. */
function cacheFolder(base: FilePath): Buffer {
  const name = nameOf(base);
  const stem = name.length > EXTENSION_BYTES ? name.slice(0, -EXTENSION_BYTES) : name;
  return Buffer.from(`//blendcache_${stem}`, 'latin1');
}

function missingPart(usage: Usage, name: Buffer, isSibling: boolean): Usage {
  const { stored, absolute } = usage;
  const folder = isSibling ? Buffer.from(splitStored(stored).folder, 'latin1') : stored;
  return {
    ...usage,
    kind: 'file',
    fields: [],
    stored: joined(folder.length === 0 ? undefined : folder, name),
    absolute: pathIn(isSibling ? folderOf(absolute) : absolute, name),
    files: [],
  };
}
