import { formatPath } from '../paths/format-path.ts';
import type { FilePath } from '../paths/file-path.ts';
import type { AssetFile, Usage } from '../trace/usage.ts';
import { compileGlob } from './glob.ts';
import type { LeftOut } from './pack-plan.ts';
import { pathKey } from './path-key.ts';

export interface SelectOptions {
  /** Patterns of files to leave out; see `compileGlob`. Default: none. */
  readonly exclude?: readonly string[] | undefined;
  /** Leave out what is referred to by an absolute path. Default false. */
  readonly relativeOnly?: boolean | undefined;
}

/** A usage whose files go into the pack. */
export interface PackedUsage {
  readonly usage: Usage;
  readonly files: readonly AssetFile[];
}

export interface Selection {
  /** By holder: those files alone that the pack has. */
  readonly packed: ReadonlyMap<string, readonly PackedUsage[]>;
  /** By holder: libraries that are packed into the file itself. */
  readonly embedded: ReadonlyMap<string, readonly Usage[]>;
  readonly missing: readonly Usage[];
  readonly leftOut: readonly LeftOut[];
  readonly usageCount: number;
}

/**
 * Sorts out what goes into a pack. Begins with the file that was asked for and follows the libraries that are packed: what only
 * a library refers to that is left out is no part of the pack.
 */
export function selectUsages(root: FilePath, usages: readonly Usage[], options: SelectOptions): Selection {
  const byHolder = Map.groupBy(usages, ({ holder }) => pathKey(holder));
  const sorter = new Sorter(options);
  const queue = [pathKey(root)];
  const seen = new Set(queue);
  for (let holder = queue.shift(); holder !== undefined; holder = queue.shift()) {
    for (const library of sorter.sort(holder, byHolder.get(holder) ?? [])) {
      if (seen.has(library)) continue;
      seen.add(library);
      queue.push(library);
    }
  }
  return sorter;
}

class Sorter implements Selection {
  readonly packed = new Map<string, PackedUsage[]>();
  readonly embedded = new Map<string, Usage[]>();
  readonly missing: Usage[] = [];
  readonly leftOut: LeftOut[] = [];
  usageCount = 0;
  readonly #relativeOnly: boolean;
  readonly #exclude: readonly ((path: string) => boolean)[];

  constructor({ exclude = [], relativeOnly = false }: SelectOptions) {
    this.#relativeOnly = relativeOnly;
    this.#exclude = exclude.map((pattern) => compileGlob(pattern));
  }

  /** The libraries among them. */
  sort(holder: string, usages: readonly Usage[]): string[] {
    const packed: PackedUsage[] = [];
    for (const usage of usages) {
      this.usageCount += 1;
      const files = this.#filesOf(usage);
      if (files.length > 0) packed.push({ usage, files });
    }
    this.packed.set(holder, packed);
    this.embedded.set(
      holder,
      usages.filter(({ kind, isPacked }) => kind === 'library' && isPacked),
    );
    const libraries = packed.filter(({ usage }) => usage.kind === 'library');
    return libraries.flatMap(({ files }) => files.map(({ path }) => pathKey(path)));
  }

  #filesOf(usage: Usage): readonly AssetFile[] {
    if (usage.isPacked) return [];
    const isExcluded = (path: FilePath): boolean => {
      const text = formatPath(path).replaceAll('\\', '/');
      return this.#exclude.some((matches) => matches(text));
    };
    if (this.#relativeOnly && usage.wasAbsolute) return this.#leave(usage, 'absolute-path', usage.files);
    if (usage.files.length === 0) {
      if (this.#exclude.length > 0 && isExcluded(usage.absolute)) return this.#leave(usage, 'excluded', []);
      if (!usage.isOptional) this.missing.push(usage);
      return [];
    }
    if (this.#exclude.length === 0) return usage.files;
    const excluded = usage.files.filter(({ path }) => isExcluded(path));
    if (excluded.length > 0) this.#leave(usage, 'excluded', excluded);
    return excluded.length === 0 ? usage.files : usage.files.filter((file) => !excluded.includes(file));
  }

  #leave(usage: Usage, reason: LeftOut['reason'], files: readonly AssetFile[]): readonly AssetFile[] {
    // What may be absent is not missed either.
    if (files.length > 0 || !usage.isOptional) {
      this.leftOut.push({ usage, reason, files: files.map(({ path }) => path) });
    }
    return [];
  }
}
