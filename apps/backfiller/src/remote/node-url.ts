import { WaybillError } from '@waybill/common';

export interface ParsedNodeUrl {
  /** Scheme, host, port where it is not the default, path prefix without trailing slash. */
  readonly url: string;
  readonly hostname: string;
  /** `Basic …` where the URL holds credentials. */
  readonly authorization: string | undefined;
  /** From the fragment: `#name=…&trust=…`. */
  readonly options: ReadonlyMap<string, string>;
}

/** A node's URL cannot be used. The text is shown without credentials. */
export class NodeUrlInvalidError extends WaybillError {
  constructor(text: string, reason: string, cause?: unknown) {
    super(`Not the URL of a node: ${JSON.stringify(withoutCredentials(text))} (${reason})`, {
      code: 'ERR_NODE_URL_INVALID',
      retryable: false,
      cause,
    });
  }
}

const OPTION_NAMES = ['name', 'trust'];

const withoutCredentials = (text: string): string => text.replace(/\/\/[^/@]*@/, '//');

const parseUrl = (text: string): URL => {
  if (!URL.canParse(text)) throw new NodeUrlInvalidError(text, 'write it like http://host:8000');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new NodeUrlInvalidError(text, 'only http and https');
  if (url.search !== '') throw new NodeUrlInvalidError(text, 'a query is not possible');
  return url;
};

const parseOptions = (text: string, fragment: string): Map<string, string> => {
  const options = new Map(new URLSearchParams(fragment.slice(1)));
  for (const name of options.keys()) {
    if (!OPTION_NAMES.includes(name))
      throw new NodeUrlInvalidError(text, `unknown option after #: ${JSON.stringify(name)}`);
  }
  return options;
};

const basicAuthorization = (text: string, url: URL): string | undefined => {
  if (url.username === '' && url.password === '') return undefined;
  try {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
  } catch (error) {
    throw new NodeUrlInvalidError(text, 'badly encoded credentials', error);
  }
};

/**
 * Two texts for one node give one `url`: case of the host, a default port and trailing slashes do not count;
 * different ports and path prefixes are different nodes. Throws NodeUrlInvalidError.
 */
export const parseNodeUrl = (text: string): ParsedNodeUrl => {
  const url = parseUrl(text.trim());
  return {
    url: `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`,
    hostname: url.hostname,
    authorization: basicAuthorization(text, url),
    options: parseOptions(text, url.hash),
  };
};
