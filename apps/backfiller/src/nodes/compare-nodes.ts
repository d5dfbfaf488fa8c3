import type { NodeEntry } from './node-entry.ts';

/** What a refresh did to the list. */
export interface NodeChanges {
  readonly added: readonly NodeEntry[];
  readonly removed: readonly NodeEntry[];
  /** The same key with another name, trust or credentials: the new entries. */
  readonly changed: readonly NodeEntry[];
}

/** Whether two entries of one key are to be treated alike. */
export const equalEntries = (a: NodeEntry, b: NodeEntry): boolean =>
  a.name === b.name &&
  a.authorization === b.authorization &&
  a.trust.tombstones === b.trust.tombstones &&
  a.trust.extras === b.trust.extras &&
  a.trust.replace === b.trust.replace;

/** `undefined` where nothing differs. */
export const compareNodes = (before: readonly NodeEntry[], after: readonly NodeEntry[]): NodeChanges | undefined => {
  const old = new Map(before.map((entry) => [entry.key, entry]));
  const keys = new Set(after.map((entry) => entry.key));
  const added = after.filter((entry) => !old.has(entry.key));
  const removed = before.filter((entry) => !keys.has(entry.key));
  const changed = after.filter((entry) => {
    const known = old.get(entry.key);
    return known !== undefined && !equalEntries(known, entry);
  });
  return added.length + removed.length + changed.length === 0 ? undefined : { added, removed, changed };
};
