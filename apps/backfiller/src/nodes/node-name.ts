import { parseNodeUrl } from '../remote/node-url.ts';
import type { NodeEntry } from './node-entry.ts';
import { matchesNode } from './node-row.ts';
import type { NodeRow } from './node-source.ts';

/** The row that has this name for another URL: adding the entry would take its place. */
export const rowInTheWay = ({ name, url }: NodeEntry, rows: readonly NodeRow[]): NodeRow | undefined =>
  rows.find((row) => row.name === name && !matchesNode({ ...row, name: '' }, url));

/**
 * The name for a URL that came without one. Two nodes on one host are two nodes: where the host name already
 * stands for another URL, the new one is called by its URL.
 */
export const nodeNameFor = (entry: NodeEntry, rows: readonly NodeRow[]): string =>
  rowInTheWay(entry, rows) === undefined ? entry.name : entry.url;

/** What a row holds of a URL: its credentials too, and of its fragment nothing, for which a row has columns. */
export const urlToStore = (text: string): { url: string; options: ReadonlyMap<string, string> } => {
  const { url, options } = parseNodeUrl(text);
  const { username, password } = new URL(text.trim());
  if (username === '' && password === '') return { url, options };
  return { url: url.replace('//', `//${username}:${password}@`), options };
};
