import type { NodeEntry } from './node-entry.ts';

export interface MergeNodesOptions {
  /** Name of this machine in the lists (`--localhost`): dropped. */
  readonly localhost?: string | undefined;
}

/** Labels of metrics must tell nodes apart: those that share a name are named by their URL. */
const withUniqueNames = (entries: readonly NodeEntry[]): NodeEntry[] => {
  const uses = new Map<string, number>();
  for (const { name } of entries) uses.set(name, (uses.get(name) ?? 0) + 1);
  return entries.map((entry) => (uses.get(entry.name) === 1 ? entry : { ...entry, name: entry.url }));
};

/**
 * One entry per key, in the order of first mention; of two lists that name a node the later one decides name and trust.
 * A node that any list calls `localhost` is this machine and is dropped, whatever another list calls it.
 */
export const mergeNodes = (
  lists: readonly (readonly NodeEntry[])[],
  { localhost }: MergeNodesOptions = {},
): NodeEntry[] => {
  const entries = lists.flat();
  const here = new Set(entries.filter((entry) => entry.name === localhost).map((entry) => entry.key));
  const merged = new Map<string, NodeEntry>();
  for (const entry of entries) {
    if (!here.has(entry.key)) merged.set(entry.key, entry);
  }
  return withUniqueNames([...merged.values()]);
};
