import { UrlInvalidError } from '@waybill/http-kit/client';

/** Schemes of BAT's command line, and what they stand for (spec section 1.1). */
const SCHEMES: Readonly<Record<string, string>> = {
  'shaman:': 'https:',
  'shaman+https:': 'https:',
  'shaman+http:': 'http:',
  'http:': 'http:',
  'https:': 'https:',
};

/** Of `https:///x`, the standard makes a host `x`. */
const HAS_HOST = /^[a-z+]+:\/\/[^/]/;

export interface ShamanUrl {
  /** Ends in a slash: what is joined to it lies below it. */
  readonly url: URL;
  /** What stands behind the `#`. */
  readonly checkout: string | undefined;
}

/**
 * Takes `shaman://host/path/#checkout` apart; `shaman` means https, `shaman+http` http; http and https are taken as they are.
 * A path without a slash at its end gets one: with the original client, its last component is lost.
 * Throws UrlInvalidError.
 */
export function parseShamanUrl(text: string | URL): ShamanUrl {
  const parsed = tryParse(String(text));
  const scheme = SCHEMES[parsed?.protocol ?? ''];
  if (parsed === undefined || scheme === undefined)
    throw new UrlInvalidError('it is no URL with shaman, shaman+http, shaman+https, http or https');
  // A URL of a scheme that is not special cannot become one that is: it is parsed again.
  const url = tryParse(scheme + parsed.href.slice(parsed.protocol.length));
  if (url === undefined || !HAS_HOST.test(parsed.href)) throw new UrlInvalidError('it names no host');
  const checkout = url.hash === '' ? undefined : decodeFragment(url.hash.slice(1));
  url.hash = '';
  url.search = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return { url, checkout };
}

function tryParse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function decodeFragment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new UrlInvalidError('what stands behind the # is badly encoded');
  }
}
