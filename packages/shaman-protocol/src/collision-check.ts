import { foldPath } from './fold-path.ts';
import { PathCollisionError } from './protocol-errors.ts';

/** Looks for paths of one definition that a file system which ignores case or normalisation cannot hold side by side. */
export class CollisionCheck {
  /** By folded path, as first written; a folder with a slash behind it. */
  readonly #names = new Map<string, string>();
  /** As written: folders that are in #names. */
  readonly #folders = new Set<string>();

  /**
   * Takes note of a path. The same path twice is no collision, but a file where a folder is needed is one.
   * Throws PathCollisionError.
   */
  add(path: string): void {
    this.#addFolder(path, path.lastIndexOf('/'));
    const folded = foldPath(path);
    const other = this.#names.get(folded);
    if (other === undefined) this.#names.set(folded, path);
    else if (other !== path) throw new PathCollisionError(path, withoutSlash(other));
  }

  /** The folder that `path` is in, which ends at `slash`, and those above it. */
  #addFolder(path: string, slash: number): void {
    if (slash < 0) return;
    const folder = path.slice(0, slash);
    if (this.#folders.has(folder)) return;
    this.#addFolder(folder, folder.lastIndexOf('/'));
    const folded = foldPath(folder);
    const other = this.#names.get(folded);
    // A file of that very name is as much in the way as one in other letters.
    if (other !== undefined) throw new PathCollisionError(folder, withoutSlash(other));
    this.#names.set(folded, `${folder}/`);
    this.#folders.add(folder);
  }
}

function withoutSlash(name: string): string {
  return name.endsWith('/') ? name.slice(0, -1) : name;
}
