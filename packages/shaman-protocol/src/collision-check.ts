import { foldPath } from './fold-path.ts';
import { PathCollisionError } from './protocol-errors.ts';

/** Looks for paths of one definition that a file system which ignores case or normalisation cannot hold side by side. */
export class CollisionCheck {
  /** By folded path, as first written. */
  readonly #files = new Map<string, string>();
  readonly #folders = new Map<string, string>();
  /** As written: those that are in #folders. */
  readonly #known = new Set<string>();

  /**
   * Takes note of a path. The same path twice is no collision, but a file where a folder is needed is one.
   * Throws PathCollisionError.
   */
  add(path: string): void {
    this.#addFolder(path, path.lastIndexOf('/'));
    const folded = foldPath(path);
    const other = this.#files.get(folded);
    if (other === undefined) this.#files.set(folded, path);
    else if (other !== path) throw new PathCollisionError(path, other);
    const folder = this.#folders.get(folded);
    if (folder !== undefined) throw new PathCollisionError(path, folder);
  }

  /** The folder that `path` is in, which ends at `slash`, and those above it. */
  #addFolder(path: string, slash: number): void {
    if (slash < 0) return;
    const folder = path.slice(0, slash);
    if (this.#known.has(folder)) return;
    this.#addFolder(folder, folder.lastIndexOf('/'));
    const folded = foldPath(folder);
    const other = this.#folders.get(folded) ?? this.#files.get(folded);
    // A file of that very name is found in #files, and is as much in the way as one in other letters.
    if (other !== undefined) throw new PathCollisionError(folder, other);
    this.#folders.set(folded, folder);
    this.#known.add(folder);
  }
}
