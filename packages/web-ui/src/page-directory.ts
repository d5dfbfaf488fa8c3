import path from 'node:path';

/** A folder of `pages/` with an `index.html`. */
export type PageName = 'coverage' | 'shaman';

/** Where the files of a page are, to be served as they are. They name nothing outside their folder but the service's own API. */
export function pageDirectory(name: PageName): string {
  return path.resolve(import.meta.dirname, '../pages', name);
}

/** To be sent with every file of a page: nothing is loaded from elsewhere, no other site shows it in a frame. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
