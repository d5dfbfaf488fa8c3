import { hash } from 'node:crypto';

/**
 * The digest of a listing: SHA-256, in hex, over the names sorted by UTF-16 code unit and joined with line feeds (UTF-8).
 * The order in which the names come does not matter. The names must hold no line feed, as safe components do not.
 */
export function listingDigest(names: Iterable<string>): string {
  return hash('sha256', [...names].sort().join('\n'), 'hex');
}

/**
 * The digest of a level above: SHA-256, in hex, over lines `KEY<TAB>DIGEST`, sorted by UTF-16 code unit of the key and joined with
 * line feeds. The order in which the entries come does not matter; keys must be unique and hold no tab and no line feed.
 */
export function combineDigests(entries: Iterable<readonly [key: string, hex: string]>): string {
  return listingDigest(Array.from(entries, ([key, hex]) => `${key}\t${hex}`));
}
