import { hideTombstoned, isSafeComponent } from '@waybill/segments';
import { matchOwnTempName } from './temp-names.ts';

export interface VisibleNames {
  /** The names as a JSON array, sorted by code unit: what `listingDigest` is the digest of, and what a listing answers. */
  readonly json: string;
  readonly count: number;
  /** Temp files of our own that stand among them, whoever wrote them. */
  readonly ownTempNames: readonly string[];
}

const TEMP_FIELD = '-temp-';
const DELETE = '\u007f';
const NONE: readonly string[] = [];

/**
 * What other nodes are shown of the names in an hour directory: segments and chat batches, and tombstones in place of
 * what they hide. Hidden, temp and foreign names are left out. (Spec section 1.2 lists temp names too; every client has
 * to skip them, and a digest over them would change with each download.)
 *
 * Most hours hold nothing to leave out. A few searches over all names at once, and a glance at both ends of each, find
 * that out in a quarter of the time that taking 1,800 names apart one by one takes.
 */
export function visibleNames(names: readonly string[]): VisibleNames {
  // What libuv read from a directory is sorted already, by bytes; for ASCII that is by code unit.
  const sorted = names.toSorted();
  const json = JSON.stringify(sorted);
  const nothingToHide = sorted.every(isPlainName) && isPlainText(json, sorted) && !json.includes(TEMP_FIELD);
  return nothingToHide ? { json, count: sorted.length, ownTempNames: NONE } : chosenNames(sorted);
}

function chosenNames(names: readonly string[]): VisibleNames {
  const shown = hideTombstoned(names.filter(isSafeComponent), { includeTombstones: true });
  const lasting = shown.filter((name) => !isTempName(name)).sort();
  const ownTempNames = names.filter((name) => matchOwnTempName(name) !== undefined);
  return { json: JSON.stringify(lasting), count: lasting.length, ownTempNames };
}

/** `TIME-DURATION-temp-ANYTHING.ts`: temp in the third field. */
function isTempName(name: string): boolean {
  return name.includes(TEMP_FIELD) && name.split('-', 3)[2] === 'temp';
}

/** Begins with a digit, so it is not hidden and has no drive letter, and ends in `.ts` or `.json`, so it is no tombstone. */
function isPlainName(name: string): boolean {
  const first = name.charCodeAt(0);
  if (!(first >= 0x30 && first <= 0x39)) return false;
  const end = name.length;
  const isTs =
    name.charCodeAt(end - 1) === 0x73 && name.charCodeAt(end - 2) === 0x74 && name.charCodeAt(end - 3) === 0x2e;
  return isTs || name.endsWith('.json');
}

/** ASCII without control characters, quotes and backslashes. JSON escapes these, so that its text is longer for each. */
function isPlainText(json: string, names: readonly string[]): boolean {
  let unescapedLength = Math.max(2, names.length * 3 + 1);
  for (const name of names) unescapedLength += name.length;
  return json.length === unescapedLength && Buffer.byteLength(json) === json.length && !json.includes(DELETE);
}
