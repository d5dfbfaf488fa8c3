import { foldPath } from '@waybill/shaman-protocol';

/**
 * The places that are taken, such that a pack can lie on a file system that ignores case or Unicode normalisation: neither two
 * files nor two folders there may differ in that only.
 */
export class PlaceRegistry {
  /** By folded path, as first written. */
  readonly #files = new Set<string>();
  readonly #folders = new Map<string, string>();

  /** Keeps a name, and those of the folders above it, for folders. */
  reserveFolder(place: string): void {
    for (const folder of [...foldersOf(place), place]) this.#folders.set(foldPath(folder), folder);
  }

  /** Takes all of them or, where one of them cannot be had, none. */
  takeAll(places: readonly string[]): boolean {
    const folded = places.map(foldPath);
    if (new Set(folded).size < places.length) return false;
    const isFree = places.every((place, index) => this.#isFree(place, folded[index] ?? ''));
    if (!isFree || !agree(places)) return false;
    places.forEach((place, index) => this.#take(place, folded[index] ?? ''));
    return true;
  }

  #isFree(place: string, folded: string): boolean {
    if (this.#files.has(folded) || this.#folders.has(folded)) return false;
    return foldersOf(place).every((folder) => {
      const foldedFolder = foldPath(folder);
      const known = this.#folders.get(foldedFolder);
      return (known === undefined || known === folder) && !this.#files.has(foldedFolder);
    });
  }

  #take(place: string, folded: string): void {
    this.#files.add(folded);
    for (const folder of foldersOf(place)) this.#folders.set(foldPath(folder), folder);
  }
}

/** Whether the folders of places that are taken together do not differ in case only. */
function agree(places: readonly string[]): boolean {
  const known = new Map<string, string>();
  for (const folder of new Set(places.flatMap(foldersOf))) {
    const folded = foldPath(folder);
    if (known.has(folded)) return false;
    known.set(folded, folder);
  }
  return places.length < 2 || places.every((place) => !known.has(foldPath(place)));
}

/** `a/b/c.png`: `a`, `a/b`. */
function foldersOf(place: string): string[] {
  const folders: string[] = [];
  for (let at = place.indexOf('/'); at >= 0; at = place.indexOf('/', at + 1)) folders.push(place.slice(0, at));
  return folders;
}
