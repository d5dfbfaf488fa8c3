import { UrlInvalidError } from './http-errors.ts';

/** A URL taken apart for a request. */
export interface Target {
  readonly origin: string;
  /** Host and port: the label of metrics. */
  readonly host: string;
  readonly path: string;
  /** Value of an Authorization header made from the URL's user and password. */
  readonly authorization: string | undefined;
  /** Origin and path, for errors and logs. */
  readonly publicUrl: string;
}

/** Takes a URL apart; throws UrlInvalidError, whose message never shows the URL. */
export function parseTarget(url: string | URL): Target {
  const parsed = typeof url === 'string' ? tryParse(url) : url;
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
    throw new UrlInvalidError(`the scheme is ${parsed.protocol} where http: or https: is expected`);
  }
  const { origin, host, pathname, search, username, password } = parsed;
  return {
    origin,
    host,
    path: search === '' ? pathname : pathname + search,
    authorization: username === '' && password === '' ? undefined : basicAuthorization(username, password),
    publicUrl: origin + pathname,
  };
}

/** Below a target: `path` begins with a slash, and is percent-encoded already. Costs a tenth of taking apart a whole URL. */
export function targetBelow(base: Target, path: string): Target {
  const prefix = base.path === '/' ? '' : base.path;
  const query = path.indexOf('?');
  return {
    origin: base.origin,
    host: base.host,
    path: prefix + path,
    authorization: base.authorization,
    publicUrl: base.origin + prefix + (query === -1 ? path : path.slice(0, query)),
  };
}

function tryParse(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new UrlInvalidError('it cannot be parsed');
  }
}

/** RFC 7617; user and password come percent-encoded out of a URL. */
function basicAuthorization(username: string, password: string): string {
  const text = `${decodeLeniently(username)}:${decodeLeniently(password)}`;
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

function decodeLeniently(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
