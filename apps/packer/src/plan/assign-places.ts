import type { FilePath } from '../paths/file-path.ts';
import type { Usage } from '../trace/usage.ts';
import { type NaturalPlace, naturalPlace } from './natural-place.ts';
import { pathKey } from './path-key.ts';
import type { PlaceNames } from './place-bytes.ts';
import { PlaceRegistry } from './place-registry.ts';
import { compareText, PlaceUnit, SHORT } from './place-unit.ts';
import type { PackedUsage } from './select-usages.ts';
import { UnionFind } from './union-find.ts';

/** Far more names that differ in case only than anybody has. */
const MOST_VARIANTS = 10_000;

/** Names of Waybill's own files in a pack. */
export const INFO_PLACE = 'pack-info.txt';
export const MANIFEST_PLACE = 'pack-manifest.json';

/** A usage that names its files by a pattern or a folder: they have to stay together. */
export function isPattern({ kind }: Usage): boolean {
  return kind !== 'file' && kind !== 'library';
}

/**
 * Where each file goes. Files that one usage names by a pattern move together. Deterministic: what is given in another order, or
 * comes from another walk over the same project, gets the same places.
 */
export class Placement {
  readonly #project: FilePath;
  readonly #names: PlaceNames;
  readonly #groups = new UnionFind();
  /** By the representative of its group. */
  readonly #units = new Map<string, PlaceUnit>();
  readonly #root: FilePath;
  readonly #natural = new Map<string, NaturalPlace>();

  constructor(root: FilePath, project: FilePath, usages: readonly PackedUsage[], names: PlaceNames = 'utf8') {
    this.#root = root;
    this.#project = project;
    this.#names = names;
    for (const { usage, files } of usages) {
      const [first, ...others] = files.map(({ path }) => pathKey(path));
      if (first === undefined) continue;
      if (isPattern(usage)) for (const other of others) this.#groups.union(first, other);
      // No field says where they are: they stay beside the file that they belong to.
      if (usage.fields.length === 0) this.#groups.union(first, pathKey(usage.base));
    }
    this.#addMember(root);
    for (const { usage, files } of usages) {
      for (const { path } of files) this.#addMember(path);
      const [first] = files;
      if (first !== undefined && isPattern(usage))
        this.#unit(first.path).addPattern(this.natural(usage.absolute).place);
    }
  }

  natural(path: FilePath): NaturalPlace {
    const key = pathKey(path);
    let place = this.#natural.get(key);
    if (place === undefined) {
      place = naturalPlace(path, this.#project, process.platform, this.#names);
      this.#natural.set(key, place);
    }
    return place;
  }

  /** Gives every unit its places; to be called again after one was shortened. */
  assign(): void {
    const registry = new PlaceRegistry();
    // Otherwise a file of that name would be in the way of all that goes there.
    registry.reserveFolder(SHORT);
    registry.takeAll([INFO_PLACE]);
    registry.takeAll([MANIFEST_PLACE]);
    const root = this.#unit(this.#root);
    const others = [...new Set(this.#units.values())].filter((unit) => unit !== root);
    for (const unit of [root, ...others.sort((a, b) => compareText(a.least, b.least))]) place(unit, registry);
  }

  /** Of a file, or of a pattern that `file` belongs to. */
  placeOf(path: FilePath, file: FilePath = path): string {
    return this.#unit(file).placeOf(this.natural(path).place);
  }

  /** Whether a path in the project is the same in the pack, letter by letter. */
  keeps(path: FilePath, file: FilePath = path): boolean {
    const { place, isOutside } = this.natural(path);
    return !isOutside && pathKey(path).endsWith(place) && !this.isMoved(file);
  }

  isMoved(file: FilePath): boolean {
    return this.#unit(file).isMoved;
  }

  /** Whether there was a shorter place left to try. */
  shorten(file: FilePath): boolean {
    return this.#unit(file).shorten();
  }

  #addMember(path: FilePath): void {
    this.#unit(path).addMember(pathKey(path), this.natural(path).place);
  }

  #unit(file: FilePath): PlaceUnit {
    const key = this.#groups.find(pathKey(file));
    const known = this.#units.get(key);
    if (known !== undefined) return known;
    const unit = new PlaceUnit();
    this.#units.set(key, unit);
    return unit;
  }
}

function place(unit: PlaceUnit, registry: PlaceRegistry): void {
  for (let variant = 1; variant < MOST_VARIANTS; variant += 1) {
    unit.variant = variant;
    if (registry.takeAll(unit.places())) return;
  }
  throw new RangeError('there is no place left');
}
