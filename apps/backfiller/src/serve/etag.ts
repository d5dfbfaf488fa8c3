const TAG = /(?:W\/)?"[^"]*"/g;

/** Whether If-None-Match names this strong tag, by the weak comparison of RFC 9110 section 13.1.2. */
export function matchesEtag(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  // A proxy that compresses turns our strong tag into a weak one.
  return ifNoneMatch.match(TAG)?.some((candidate) => candidate === tag || candidate === `W/${tag}`) === true;
}

/** Whether If-Range still names this content, by strong comparison or by an exact date: RFC 9110 section 13.1.5. */
export function matchesIfRange(ifRange: string | undefined, tag: string, modifiedMs: number): boolean {
  if (ifRange === undefined) return true;
  if (ifRange.includes('"')) return ifRange.trim() === tag;
  return Date.parse(ifRange) === Math.floor(modifiedMs / 1000) * 1000;
}

/** Whether If-Modified-Since, which holds whole seconds, is at or after the time of the last change. */
export function isUnmodifiedSince(ifModifiedSince: string | undefined, modifiedMs: number): boolean {
  return ifModifiedSince !== undefined && Date.parse(ifModifiedSince) >= Math.floor(modifiedMs / 1000) * 1000;
}
