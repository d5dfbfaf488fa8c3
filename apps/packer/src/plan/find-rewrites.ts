import { isPattern, type Placement } from './assign-places.ts';
import type { Rewrite } from './pack-plan.ts';
import { findPathLack } from './path-room.ts';
import { pathKey } from './path-key.ts';
import { AssetPathFixedError, AssetPathTooLongError } from './plan-errors.ts';
import type { PackedUsage, Selection } from './select-usages.ts';
import { leadsTo, storedPathTo } from './virtual-pack.ts';

/** By holder: the paths to set anew. */
export type Rewrites = ReadonlyMap<string, readonly Rewrite[]>;

const RELATIVE = Buffer.from('//');

interface Overlong {
  readonly packed: PackedUsage;
  readonly error: AssetPathTooLongError;
}

/**
 * Gives all files their places, and finds the paths that would no longer lead there. Where one does not fit into its field, its
 * files go to a shorter place, and everything is looked at once more.
 * @throws AssetPathTooLongError where no shorter place is left, AssetPathFixedError
 */
export function findRewrites(selection: Selection, placement: Placement): Rewrites {
  const bases = neededBases(selection);
  for (;;) {
    placement.assign();
    const overlong: Overlong[] = [];
    const rewrites = new Map<string, Rewrite[]>();
    for (const [holder, usages] of selection.packed) {
      const embedded = (selection.embedded.get(holder) ?? []).filter(({ absolute }) => bases.has(pathKey(absolute)));
      const all = [...usages, ...embedded.map((usage) => ({ usage, files: [] }))];
      rewrites.set(holder, rewritesOf(all, placement, overlong));
    }
    if (overlong.length === 0) return rewrites;
    // Several usages of one file make it shorter once.
    const shortened = overlong.filter(({ packed }) => shorten(packed, placement)).length;
    if (shortened === 0 && overlong[0] !== undefined) throw overlong[0].error;
  }
}

/**
 * Libraries that are packed into a file are no files of the pack, but paths in them are relative to where they would be: of
 * those that matter, the path has to lead there.
 */
function neededBases({ packed, embedded }: Selection): ReadonlySet<string> {
  const needed = new Set([...packed.values()].flatMap((usages) => usages.map(({ usage }) => pathKey(usage.base))));
  const libraries = [...embedded.values()].flat();
  for (let before = -1; before < needed.size;) {
    before = needed.size;
    for (const { absolute, base } of libraries) if (needed.has(pathKey(absolute))) needed.add(pathKey(base));
  }
  return needed;
}

function rewritesOf(usages: readonly PackedUsage[], placement: Placement, overlong: Overlong[]): Rewrite[] {
  const rewrites: Rewrite[] = [];
  for (const packed of usages) {
    const rewrite = rewriteOf(packed, placement);
    if (rewrite === undefined) continue;
    rewrites.push(rewrite);
    const lack = findPathLack(rewrite.usage, rewrite.newPath);
    if (lack !== undefined)
      overlong.push({ packed, error: new AssetPathTooLongError(rewrite.usage, rewrite.newPath, lack) });
  }
  return rewrites;
}

function rewriteOf(packed: PackedUsage, placement: Placement): Rewrite | undefined {
  const { usage } = packed;
  if (staysInPlace(packed, placement)) return undefined;
  const base = placement.placeOf(usage.base);
  const target = targetOf(packed, placement);
  if (leadsTo(usage, base, target)) return undefined;
  if (usage.fields.length === 0) throw new AssetPathFixedError(usage);
  return { usage, newPath: storedPathTo(usage, base, target) };
}

const CLIMBS = '..';

/**
 * The usual case, without computing anything: both stay where they are in the project, and the path goes down from one to the
 * other, not up and, by the name of the project's own folder, down again.
 */
function staysInPlace({ usage, files: [file] }: PackedUsage, placement: Placement): boolean {
  const { stored, wasAbsolute, base, absolute } = usage;
  if (file === undefined || wasAbsolute || !stored.subarray(0, 2).equals(RELATIVE) || stored.includes(CLIMBS))
    return false;
  return (
    (isPattern(usage) || file.path.equals(absolute)) && placement.keeps(base) && placement.keeps(absolute, file.path)
  );
}

function targetOf({ usage, files: [first] }: PackedUsage, placement: Placement): string {
  if (first === undefined) return placement.placeOf(usage.absolute);
  return isPattern(usage) ? placement.placeOf(usage.absolute, first.path) : placement.placeOf(first.path);
}

function shorten({ usage, files: [first] }: PackedUsage, placement: Placement): boolean {
  return placement.shorten(first?.path ?? usage.absolute);
}
