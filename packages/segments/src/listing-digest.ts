import { hash } from 'node:crypto';

/**
 * The digest of a listing: SHA-256, in hex, of the names as a JSON array: sorted by UTF-16 code unit, without spaces, as
 * JSON.stringify writes them, in UTF-8. The order in which the names come does not matter, and whatever they hold, no two
 * listings have the same text.
 */
export function listingDigest(names: Iterable<string>): string {
  return hash('sha256', JSON.stringify([...names].sort()), 'hex');
}

/**
 * The digest of a level above: SHA-256, in hex, over lines `KEY<TAB>DIGEST`, sorted by UTF-16 code unit of the key and joined with
 * line feeds. The order in which the entries come does not matter; keys must be unique and hold no tab and no line feed.
 */
export function combineDigests(entries: Iterable<readonly [key: string, hex: string]>): string {
  const lines = Array.from(entries, ([key, hex]) => `${key}\t${hex}`);
  return hash('sha256', lines.sort().join('\n'), 'hex');
}
