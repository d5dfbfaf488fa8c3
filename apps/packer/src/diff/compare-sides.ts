import { UsageInvalidError } from '@waybill/cli-kit';

/** What is compared of a thing: a line for each part, by name. */
export type Facts = ReadonlyMap<string, string>;

export interface Side {
  readonly kind: 'blend' | 'pack';
  /** In the order in which they are shown. */
  readonly parts: ReadonlyMap<'datablock' | 'path' | 'file' | 'content' | 'left out', Facts>;
}

export interface Difference {
  readonly what: string;
  readonly name: string;
  /** Null: it is on the other side only. */
  readonly left: string | null;
  readonly right: string | null;
}

/** Throws UsageInvalidError for things of two kinds. */
export function compareSides(left: Side, right: Side): Difference[] {
  if (left.kind !== right.kind) throw new UsageInvalidError('a pack and a .blend file cannot be compared');
  const differences: Difference[] = [];
  for (const [what, facts] of left.parts) {
    const others = right.parts.get(what) ?? new Map<string, string>();
    const names = [...new Set([...facts.keys(), ...others.keys()])].sort();
    for (const name of names) {
      const before = facts.get(name) ?? null;
      const after = others.get(name) ?? null;
      // Not every pack says what its contents are.
      if (what === 'content' && (before === null || after === null)) continue;
      if (before !== after) differences.push({ what, name, left: before, right: after });
    }
  }
  return differences;
}
