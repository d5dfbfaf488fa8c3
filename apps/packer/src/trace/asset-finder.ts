import { readdirSync } from 'node:fs';
import { folderOf, pathIn } from '../paths/path-names.ts';
import type { FilePath } from '../paths/file-path.ts';
import { findFile, isAbsence } from './file-identity.ts';
import type { AssetFile, FileSearch } from './usage.ts';

export interface FoundFiles {
  readonly files: readonly AssetFile[];
  /** Names that have to be there, and are not. */
  readonly absent: readonly Buffer[];
}

/** Deeper than any cache. */
const MOST_LEVELS = 16;

/** Looks for files on disk. Each file and folder is looked at once: what a trace says is one state of the disk. */
export class AssetFinder {
  readonly #files = new Map<string, AssetFile | undefined>();
  readonly #folders = new Map<string, readonly Buffer[]>();

  /** @param absolute As `resolveStoredPath` gives it. */
  find(absolute: FilePath, search: FileSearch): FoundFiles {
    const path = diskPath(absolute);
    switch (search.in) {
      case 'none':
        return { files: [], absent: [] };
      case 'file':
        return { files: this.#existing([path]), absent: [] };
      case 'names':
        return this.#named(path, search.names);
      case 'siblings':
        return this.#matching(folderOf(path), search.expression, search.required ?? []);
      case 'folder':
        return this.#matching(path, search.expression, search.required ?? []);
      case 'tree':
        return { files: this.#tree(path, search.expression), absent: [] };
    }
  }

  #named(folder: FilePath, names: readonly Buffer[]): FoundFiles {
    const absent = names.filter((name) => this.#file(pathIn(folder, name)) === undefined);
    return { files: this.#existing(names.map((name) => pathIn(folder, name))), absent };
  }

  #matching(folder: FilePath, expression: string, required: readonly Buffer[]): FoundFiles {
    const pattern = new RegExp(expression);
    const names = this.#names(folder).filter((name) => pattern.test(name.toString('latin1')));
    const files = this.#existing(names.map((name) => pathIn(folder, name)));
    const absent = required.filter((name) => this.#file(pathIn(folder, name)) === undefined);
    return { files, absent };
  }

  #tree(folder: FilePath, expression: string): AssetFile[] {
    const pattern = new RegExp(expression);
    const names = this.#names(folder).filter((name) => pattern.test(name.toString('latin1')));
    return names.flatMap((name) => this.#below(pathIn(folder, name), MOST_LEVELS));
  }

  #below(path: FilePath, levels: number): AssetFile[] {
    const file = this.#file(path);
    if (file !== undefined) return [file];
    return levels === 0 ? [] : this.#names(path).flatMap((name) => this.#below(pathIn(path, name), levels - 1));
  }

  #existing(paths: readonly FilePath[]): AssetFile[] {
    return paths.map((path) => this.#file(path)).filter((file) => file !== undefined);
  }

  #file(path: FilePath): AssetFile | undefined {
    const key = path.toString('latin1');
    if (!this.#files.has(key)) this.#files.set(key, path.includes(0) ? undefined : findFile(path));
    return this.#files.get(key);
  }

  /** Names in a folder, in the order of their bytes: the same on every machine. */
  #names(folder: FilePath): readonly Buffer[] {
    const key = folder.toString('latin1');
    let names = this.#folders.get(key);
    if (names === undefined) this.#folders.set(key, (names = readNames(folder)));
    return names;
  }
}

/** @throws System errors other than that nothing is there */
function readNames(folder: FilePath): Buffer[] {
  try {
    return readdirSync(folder, { encoding: 'buffer' }).sort((a, b) => Buffer.compare(a, b));
  } catch (error) {
    if (isAbsence(error)) return [];
    throw error;
  }
}

/** Where drives are unknown, Blender looks for `C:\a` at `/c/a`. */
function diskPath(absolute: FilePath): FilePath {
  if (process.platform === 'win32' || absolute[0] === 0x2f) return absolute;
  const text = absolute.toString('latin1');
  return Buffer.from(`/${text.charAt(0).toLowerCase()}${text.slice(2)}`, 'latin1');
}
