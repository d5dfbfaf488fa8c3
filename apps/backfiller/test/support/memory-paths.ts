import { combineDigests, listingDigest } from '@waybill/segments';
import type { DigestTree } from '../../src/remote/remote-node.ts';

/** For sorts: names are ordered by code unit everywhere. */
export const compareCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Names directly below `prefix`, sorted, each once. */
export const childrenOf = (paths: Iterable<string>, prefix: string): string[] => {
  const names = new Set<string>();
  for (const path of paths) {
    if (path.startsWith(`${prefix}/`)) names.add(path.slice(prefix.length + 1).split('/')[0] ?? '');
  }
  return [...names].sort(compareCodeUnits);
};

/** Digests of the hours below `CH/Q`, over the listed names as they are. */
export const qualityTree = (paths: Iterable<string>, prefix: string): DigestTree => {
  const all = [...paths];
  const entries = childrenOf(all, prefix).map((hour): [string, string] => [
    hour,
    listingDigest(childrenOf(all, `${prefix}/${hour}`)),
  ]);
  return { digest: combineDigests(entries), children: new Map(entries) };
};

/** Digests of all `CH/Q`. */
export const rootTree = (paths: Iterable<string>): DigestTree => {
  const all = [...paths];
  const prefixes = new Set(all.map((path) => path.split('/').slice(0, 2).join('/')));
  const entries = [...prefixes]
    .sort(compareCodeUnits)
    .map((prefix): [string, string] => [prefix, qualityTree(all, prefix).digest]);
  return { digest: combineDigests(entries), children: new Map(entries) };
};
