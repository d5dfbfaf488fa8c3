import type { NodeTrust } from '../remote/remote-node.ts';
import { parseNodeTrust } from './node-trust.ts';
import { parseNodeUrl } from '../remote/node-url.ts';

/** A node to backfill from, as a source names it. */
export interface NodeEntry {
  /** The normalised URL without credentials: what makes two entries the same node. */
  readonly key: string;
  /** For logs and metrics. Default: the URL's host name. */
  readonly name: string;
  /** Without credentials, query, fragment and trailing slash; may have a path prefix. */
  readonly url: string;
  /** Value of an Authorization header, from credentials in the URL. Secret: never logged. */
  readonly authorization?: string;
  readonly trust: NodeTrust;
}

export interface NodeEntryFields {
  readonly url: string;
  readonly name?: string | undefined;
  /** Text of parseNodeTrust. Wins over a `#trust=` in the URL. */
  readonly trust?: string | undefined;
}

/** Throws NodeUrlInvalidError or NodeTrustInvalidError. */
export const createNodeEntry = ({ url: text, name, trust }: NodeEntryFields): NodeEntry => {
  const { url, hostname, authorization, options } = parseNodeUrl(text);
  return {
    key: url,
    name: name !== undefined && name !== '' ? name : (options.get('name') ?? hostname),
    url,
    trust: parseNodeTrust(trust ?? options.get('trust') ?? ''),
    ...(authorization === undefined ? {} : { authorization }),
  };
};
