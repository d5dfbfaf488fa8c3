import { createNodeEntry } from './node-entry.ts';
import type { NodeSource } from './node-source.ts';

/**
 * The nodes of `--static-nodes URL,URL…`; a URL may end in `#name=NAME&trust=tombstones+extras+replace`.
 * A bad URL is a mistake of the command line: throws NodeUrlInvalidError or NodeTrustInvalidError at once.
 */
export const createStaticNodeSource = (urls: readonly string[]): NodeSource => {
  const entries = urls.map((url) => createNodeEntry({ url }));
  return { label: 'static', list: () => Promise.resolve({ entries, problems: [] }) };
};
