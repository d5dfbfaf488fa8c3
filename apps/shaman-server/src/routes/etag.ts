import { type BlobKey, formatBlobKey } from '@waybill/blob-store';

const TAG = /(?:W\/)?"[^"]*"/g;

/** The strong tag of a file: its content never changes (RFC 9110 section 8.8.3). */
export function etagOf(key: BlobKey): string {
  return `"${formatBlobKey(key)}"`;
}

/** Whether If-None-Match names this tag, by the weak comparison of RFC 9110 section 13.1.2. */
export function matchesEtag(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.match(TAG)?.some((candidate) => candidate.replace(/^W\//, '') === tag) === true;
}
